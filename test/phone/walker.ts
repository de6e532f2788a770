// Who walks: the phones of a scenario, the folders they know and what they ask for.
import assert from 'node:assert/strict';
import type { ReadEmail, Version } from '../../protocol/index.ts';
import type { Held, Phone, PingAnswer, SyncOptions } from '../support/phone.ts';
import { type Letter, makeLetter } from './letter.ts';
import { phoneOf, type World } from './world.ts';

export interface Step {
  readonly name: string;
  readonly versions?: readonly Version[];
  readonly run: (walk: Walk) => Promise<void>;
}

/** What the steps hand on to each other. */
export class Walk {
  readonly world: World;
  readonly version: Version;
  readonly alice: Phone;
  /** Alice's other phone. */
  readonly second: Phone;
  readonly bob: Phone;
  readonly letter: Letter;
  ping: Held<PingAnswer> | undefined;
  /** Called around what nobody repeats: mail from outside. */
  undisturbed: <T>(work: () => Promise<T>) => Promise<T> = (work) => work();

  constructor(world: World, version: Version, patience = 0) {
    this.world = world;
    this.version = version;
    this.alice = phoneOf(world, world.alice, { version, patience, deviceId: 'ALICE0000000000000000PHONE' });
    const android = { deviceType: 'Android', query: 'base64' as const };
    this.second = phoneOf(world, world.alice, { version, patience, deviceId: 'androidc1234567', ...android });
    this.bob = phoneOf(world, world.bob, { version, patience, deviceId: 'BOB00000000000000000PHONE1' });
    this.letter = makeLetter('carol@outside.example', world.alice.address, `A letter for ${version}`, 7);
  }
  get phones(): readonly Phone[] {
    return [this.alice, this.second, this.bob];
  }
}

export const inbox = '2';
export const drafts = '3';
export const trash = '4';
export const sent = '5';
export const calendar = '8';
export const contacts = '9';
export const mailFolders = [inbox, drafts, trash, sent];

/** What iOS asks for in a list of mails. */
export const listOptions: SyncOptions = {
  FilterType: 0,
  MIMESupport: 0,
  MIMETruncation: 1,
  BodyPreference: [{ Type: 1, TruncationSize: 500 }],
};

/** Sent, or recognised as sent already when the answer to the first try was lost. */
export function assertSent(phone: Phone, status: number): void {
  assert.ok(status === 1 || (status === 118 && phone.repeats > 0), `sending: Status ${status}`);
}

export function bytesOf(properties: ReadEmail | undefined): Buffer {
  return Buffer.from(properties?.Body?.Data ?? '');
}

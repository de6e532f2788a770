// The endpoint in this process, on a real store: phones that send typed values and get typed answers, over real WBXML.
// The clock runs with the system's and can be put forward; every log line is kept.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import {
  commandShapes,
  decode,
  type Element,
  encodeToBuffer,
  type ReadOf,
  read,
  type Version,
  type WrittenOf,
  write,
} from '../../protocol/index.ts';
import { createAddresses } from '../../src/admin/addresses.ts';
import type { Clock } from '../../src/clock.ts';
import { loadConfig } from '../../src/config/config.ts';
import { deliver, type EmailFacts } from '../../src/delivery/deliver.ts';
import type { Device } from '../../src/domain/device.ts';
import { EasError } from '../../src/domain/errors.ts';
import type { DayOfWeek } from '../../src/domain/event.ts';
import type { AccountId, CollectionId, DeviceId, ServerId } from '../../src/domain/ids.ts';
import { isMail, type Mail } from '../../src/domain/item.ts';
import { createEndpoint } from '../../src/endpoint/endpoint.ts';
import type { EasRequest, EasResponse } from '../../src/endpoint/types.ts';
import type { Fields, Log } from '../../src/log.ts';
import { createSealer } from '../../src/sealer.ts';
import type { Store } from '../../src/store/port.ts';
import { createTrust } from '../../src/trust.ts';
import { type TempStore, tempStore } from './temp-store.ts';

type Shapes = typeof commandShapes;
export type Shaped = keyof Shapes;
export type Request<Name extends Shaped> = WrittenOf<Shapes[Name]['request']>;
export type Answer<Name extends Shaped> = ReadOf<Shapes[Name]['response']>;

export interface LogLine {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly message: string;
  readonly fields: Fields;
}

export interface House {
  readonly store: Store;
  readonly data: string;
  readonly log: LogLine[];
  readonly clock: Clock & { forward(milliseconds: number): void };
  readonly endpoint: ReturnType<typeof createEndpoint>;
  /** A phone of an account of its own. */
  phone(about?: Partial<PhoneFacts>): Promise<Phone>;
}
export interface PhoneFacts {
  readonly version: Version;
  readonly deviceId: string;
  /** Bytes that the account's items may take. */
  readonly quota: number;
  /** The account's. */
  readonly timeZone: string;
  readonly firstDayOfWeek: DayOfWeek;
}

export interface HouseOptions {
  readonly errors?: boolean;
  readonly env?: Record<string, string>;
  readonly maxBytes?: number;
  /** Instead of a store of its own; the house closes it. */
  readonly on?: TempStore;
}

/** Ends with the test; the store is audited then. Unless `errors` is true, an error in the log fails the test. */
export async function openHouse(
  t: { after(end: () => Promise<void>): void },
  { errors = false, env = {}, maxBytes, on }: HouseOptions = {},
): Promise<House> {
  const clock = forwardClock();
  const temp = on ?? (await tempStore({ clock: clock.now, ...(maxBytes !== undefined && { maxBytes }) }));
  const { store, data } = temp;
  const log: LogLine[] = [];
  const addresses = createAddresses(store, []);
  const config = loadConfig({}, { EASEL_DATA: data, EASEL_QUIET_DELAY: '0', ...env });
  const sealer = createSealer(data);
  const parts = {
    store,
    config,
    clock,
    log: keepingLog(log),
    sealer,
    trust: createTrust(join(data, 'trusted')),
    namesAnother: addresses.namesAnother,
  };
  const endpoint = createEndpoint(parts);
  t.after(async () => {
    await endpoint[Symbol.asyncDispose]();
    addresses[Symbol.dispose]();
    await temp[Symbol.asyncDispose]();
    if (!errors) {
      const wrong = log.filter(({ level }) => level === 'error');
      assert.deepEqual(wrong, []);
    }
  });
  let phones = 0;
  const phone = async (about: Partial<PhoneFacts> = {}): Promise<Phone> => {
    const name = `user${++phones}`;
    const account = await store.directory.create({
      address: `${name}@example.test`,
      aliases: [`${name}.alias@example.test`],
      displayName: `User ${phones}`,
      ...(about.quota !== undefined && { quota: about.quota }),
      ...(about.timeZone !== undefined && { timeZone: about.timeZone }),
      ...(about.firstDayOfWeek !== undefined && { firstDayOfWeek: about.firstDayOfWeek }),
    });
    return new Phone(
      house,
      account,
      `${name}@example.test`,
      about.version ?? '16.1',
      about.deviceId ?? `device${phones}`,
    );
  };
  const house: House = { store, data, log, clock, endpoint, phone };
  return house;
}

function forwardClock(): House['clock'] {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    elapsed: () => Date.now() + ahead,
    after: (milliseconds, run) => {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
    forward: (milliseconds) => {
      ahead += milliseconds;
    },
  };
}

function keepingLog(lines: LogLine[]): Log {
  const keep =
    (level: LogLine['level']) =>
    (message: string, fields: Fields = {}): void => {
      lines.push({ level, message, fields });
    };
  return { error: keep('error'), warn: keep('warn'), info: keep('info'), debug: keep('debug') };
}

export interface Sent {
  /** What stands after '?'; default: the plain form with this phone's facts. */
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly closed?: AbortSignal;
  readonly credential?: string;
  /** The account may not be used. */
  readonly disabled?: true;
}

export class Phone {
  readonly house: House;
  readonly account: AccountId;
  readonly address: string;
  readonly version: Version;
  readonly device: DeviceId;

  constructor(house: House, account: AccountId, address: string, version: Version, device: string) {
    this.house = house;
    this.account = account;
    this.address = address;
    this.version = version;
    this.device = device as DeviceId;
  }

  /** Another device of the same account. */
  another(version: Version = '16.1', device = `${this.device}x`): Phone {
    return new Phone(this.house, this.account, this.address, version, device);
  }

  send(
    command: string,
    { query, headers = {}, body = Buffer.alloc(0), closed, credential = 'password', disabled }: Sent = {},
  ): Promise<EasResponse> {
    const about: EasRequest = {
      account: this.account,
      login: this.address,
      credential,
      method: 'POST',
      query:
        query ?? `Cmd=${command}&User=${encodeURIComponent(this.address)}&DeviceId=${this.device}&DeviceType=TestPhone`,
      headers: {
        'ms-asprotocolversion': this.version,
        'user-agent': 'Test/1.0',
        ...(body.length > 0 && { 'content-type': 'application/vnd.ms-sync.wbxml' }),
        ...headers,
      },
      body: async (limit) => {
        if (body.length > limit) throw new EasError('too-large');
        return body;
      },
      contentLength: body.length,
      remote: '127.0.0.1',
      ...(disabled && { disabled }),
      closed: closed ?? new AbortController().signal,
    };
    return this.house.endpoint.handle(about);
  }

  encode<Name extends Shaped>(command: Name, request: Request<Name>): Buffer {
    const shape = commandShapes[command].request as Parameters<typeof write>[0];
    return encodeToBuffer(write(shape, request as never, { version: this.version }));
  }

  /** Undefined: an empty 200. */
  async answer<Name extends Shaped>(
    command: Name,
    body: Buffer,
    closed?: AbortSignal,
  ): Promise<Answer<Name> | undefined> {
    const response = await this.send(command, { body, ...(closed && { closed }) });
    assert.equal(response.status, 200);
    const root = rootOf(response);
    if (!root) return undefined;
    const { value, unknown } = read(commandShapes[command].response as never, root, { version: this.version });
    assert.deepEqual(unknown, [], 'the answer holds only what its schema has');
    return value as Answer<Name>;
  }

  /** A request that has a body in its answer. */
  async ask<Name extends Shaped>(command: Name, request: Request<Name>): Promise<Answer<Name>> {
    const answer = await this.answer(command, this.encode(command, request));
    assert.ok(answer, `${command} was answered with nothing`);
    return answer;
  }

  /** The Status alone, of an answer that has no more than that. */
  async status<Name extends Shaped>(command: Name, request: Request<Name>): Promise<number> {
    return statusAlone(await this.send(command, { body: this.encode(command, request) }));
  }

  receive(mime: Buffer | string, facts: Partial<EmailFacts> = {}): Promise<ServerId> {
    const received = facts.received ?? this.house.clock.now();
    return deliver(this.house.store, this.account, Buffer.from(mime), { ...facts, received });
  }

  async item(id: string): Promise<Mail | undefined> {
    const item = await this.house.store.read(this.account, (reader) => reader.item(id as ServerId));
    return isMail(item) ? item : undefined;
  }

  async items(collection: string): Promise<Mail[]> {
    const range = { order: 'oldest', limit: 1000 } as const;
    const { account, house } = this;
    return (await house.store.read(account, (reader) => reader.range(collection as CollectionId, range))).filter(
      isMail,
    );
  }

  async stored(): Promise<Device> {
    const device = await this.house.store.read(this.account, (reader) => reader.device(this.device));
    assert.ok(device, 'the device is stored');
    return device;
  }
}

export function rootOf({ body }: EasResponse): Element | undefined {
  assert.ok(body.every(Buffer.isBuffer), 'the answer is all there');
  const bytes = Buffer.concat(body);
  return bytes.length === 0 ? undefined : decode(bytes).root;
}

/** The Status of an answer that is a root with nothing else. */
export function statusAlone(response: EasResponse): number {
  assert.equal(response.status, 200);
  const root = rootOf(response);
  assert.ok(root, 'there is a body');
  assert.equal(root.children.length, 1, 'one child');
  return Number(root.children[0]!.value);
}

export interface MailParts {
  readonly subject?: string;
  readonly from?: string;
  readonly to?: string;
  readonly text?: string;
  readonly html?: string;
  readonly headers?: string;
  readonly attachment?: { readonly name: string; readonly content: Buffer };
}

/** A message with CRLF, as a server gets it. */
export function mail(parts: MailParts = {}): string {
  const { subject = 'Subject', from = 'Ann <ann@example.net>', to = 'user@example.test', headers = '' } = parts;
  const { text = 'Hello.', html, attachment } = parts;
  const head = `From: ${from}\r\nTo: ${to}\r\nSubject: ${subject}\r\nMIME-Version: 1.0\r\n${headers}`;
  const plain = `Content-Type: text/plain; charset=utf-8\r\n\r\n${text}`;
  const body =
    html === undefined
      ? plain
      : joined('alternative', [plain, `Content-Type: text/html; charset=utf-8\r\n\r\n${html}`]);
  if (!attachment) return `${head}${body}\r\n`;
  const { name, content } = attachment;
  const file = `Content-Type: application/pdf; name="${name}"\r\nContent-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${content.toString('base64').replace(/.{76}/g, '$&\r\n')}`;
  return `${head}${joined('mixed', [body, file])}\r\n`;
}

function joined(kind: string, parts: readonly string[]): string {
  const boundary = `=_${kind}`;
  return `Content-Type: multipart/${kind}; boundary="${boundary}"\r\n\r\n${parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('')}--${boundary}--`;
}

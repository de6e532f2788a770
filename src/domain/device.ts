import type { Heartbeats } from './heartbeat.ts';
import type { ClientId, CollectionId, DeviceId, ServerId } from './ids.ts';
import type { SyncOptions } from './sync-record.ts';

/** One phone of one account: what the server remembers of it beside its collections' states. */
export interface Device {
  readonly id: DeviceId;
  readonly type: string;
  readonly userAgent?: string;
  /** '14.1', '16.1': of its last request. */
  readonly version?: string;
  /** The list of versions that it was last told. */
  readonly announced?: string;
  /** [MS-ASCMD] 2.2.3.45 DeviceInformation: Model, IMEI, FriendlyName, OS, … as given. */
  readonly information?: Readonly<Record<string, string>>;
  readonly created: number;
  /** Milliseconds, at most a minute behind. */
  readonly lastSeen: number;
  /** Decimal uint32. `temporary` waits for the acknowledgement, `current` was acknowledged. */
  readonly policyKey?: {
    readonly temporary?: string;
    readonly current?: string;
    readonly hash?: string;
    /** When it was acknowledged last. */
    readonly at?: number;
    /** When the document was offered last, three times at most. */
    readonly rounds?: readonly number[];
  };
  /** To unlock it with, should its owner forget how ([MS-ASCMD] 2.2.3.46 DevicePassword); sealed. */
  readonly password?: string;
  /** An administrator shut it out, or it was wiped. */
  readonly blocked?: true;
  readonly wipe?: WipeOrder;
  /** The last full Ping, which an empty one repeats. */
  readonly ping?: { readonly heartbeat: number; readonly folders: readonly { id: CollectionId; class: string }[] };
  readonly heartbeats?: Heartbeats;
  /** The last full Sync without its commands, which an empty or partial one repeats. */
  readonly sync?: StoredSync;
  /** The node that holds its Ping or waiting Sync, or held the last one: a newer one elsewhere takes its place. */
  readonly heldBy?: string;
  /** What it sent in the last 24 hours: how a repeat is recognised. */
  readonly sent: readonly SentMessage[];
  readonly generation: number;
}
export type NewDevice = Omit<Device, 'generation'> & { readonly generation?: number };

/**
 * An order to erase: requested, delivered once it has a delivery, closed once a device to which it was delivered has said, with
 * the same credentials, that it is done. Times in milliseconds.
 */
export interface WipeOrder {
  /** 'account': only what belongs to this account. */
  readonly scope: 'device' | 'account';
  readonly requested: number;
  readonly delivered?: { readonly at: number; readonly credential: string };
  /** When the device last said that it failed. */
  readonly failed?: number;
  readonly closed?: number;
}
/** An order that no device has fetched for so long is void: the phone may have a new owner by then. */
const wipeLasts = 30 * 24 * 3_600_000;

/** What a device that speaks `version` must hear of; an account's is never made one of the whole device. */
export function pendingWipe({ wipe }: Pick<Device, 'wipe'>, version: string, now: number): WipeOrder | undefined {
  if (!wipe || wipe.closed !== undefined || (wipe.scope === 'account' && version !== '16.1')) return undefined;
  return wipe.delivered || now - wipe.requested < wipeLasts ? wipe : undefined;
}

export function wipeState(order: WipeOrder): 'requested' | 'delivered' | 'closed' {
  if (order.closed !== undefined) return 'closed';
  return order.delivered ? 'delivered' : 'requested';
}

/** What an administrator says of it; a device with another one must not go on waiting. */
export function standingOf({ blocked, wipe }: Pick<Device, 'blocked' | 'wipe'>): string {
  return JSON.stringify([blocked === true, wipe?.requested]);
}

/** Ids that clients use while they try an account: answered, nothing stored. */
const trialDevices: ReadonlySet<string> = new Set(['validate', '0']);
export function isTrial(id: DeviceId): boolean {
  return trialDevices.has(id.toLowerCase());
}

export interface StoredSync {
  readonly collections: readonly {
    readonly id: CollectionId;
    readonly windowSize?: number;
    readonly getChanges: boolean;
    readonly deletesAsMoves: boolean;
    /** Absent: it did not say. */
    readonly conversationMode?: boolean;
    readonly options?: SyncOptions;
  }[];
  readonly windowSize?: number;
  /** Seconds. */
  readonly wait?: number;
}
export interface SentMessage {
  readonly clientId?: ClientId;
  readonly messageId: string;
  readonly hash: string;
  readonly at: number;
  /** What it was before it was sent. */
  readonly draft?: ServerId;
}

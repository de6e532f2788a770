import type { ClientId, CollectionId, DeviceId, ServerId } from './ids.ts';
import type { SyncOptions } from './sync-record.ts';

/** One phone of one account: what the server remembers of it beside its collections' states. */
export interface Device {
  readonly id: DeviceId;
  readonly type: string;
  readonly userAgent?: string;
  /** '14.1', '16.1': of its last request. */
  readonly version?: string;
  /** [MS-ASCMD] 2.2.3.45 DeviceInformation: Model, IMEI, FriendlyName, OS, … as given. */
  readonly information?: Readonly<Record<string, string>>;
  readonly created: number;
  /** Milliseconds, at most a minute behind. */
  readonly lastSeen: number;
  /** Decimal uint32. `temporary` waits for the acknowledgement, `current` was acknowledged. */
  readonly policyKey?: { readonly temporary?: string; readonly current?: string; readonly hash?: string };
  /** The last full Ping, which an empty one repeats. */
  readonly ping?: { readonly heartbeat: number; readonly folders: readonly { id: CollectionId; class: string }[] };
  /** The last full Sync without its commands, which an empty or partial one repeats. */
  readonly sync?: StoredSync;
  /** What it sent in the last 24 hours: how a repeat is recognised. */
  readonly sent: readonly SentMessage[];
  readonly generation: number;
}
export type NewDevice = Omit<Device, 'generation'> & { readonly generation?: number };

export interface StoredSync {
  readonly collections: readonly {
    readonly id: CollectionId;
    readonly windowSize?: number;
    readonly getChanges: boolean;
    readonly deletesAsMoves: boolean;
    readonly conversationMode: boolean;
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

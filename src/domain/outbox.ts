import type { AccountId, BlobId, OutboxId } from './ids.ts';

/** A message on its way out: complete MIME in a blob, to these envelope recipients. */
export interface OutboxMessage {
  /** '': nobody, so that no bounce comes back. */
  readonly from: string;
  readonly recipients: readonly string[];
  readonly mime: BlobId;
  /** Milliseconds. */
  readonly queued: number;
}
export interface QueuedMessage extends OutboxMessage {
  readonly id: OutboxId;
  readonly account: AccountId;
  /** How often it was tried. */
  readonly attempts: number;
  readonly lastError?: string;
}

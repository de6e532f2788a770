// The names of things. All are opaque strings of at most 64 characters to a device ([MS-ASDTYPE] 2.7 string Data Type); the brands keep
// one from standing where another is meant.
declare const brand: unique symbol;
export type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

export type AccountId = Branded<string, 'AccountId'>;
export type DeviceId = Branded<string, 'DeviceId'>;
export type CollectionId = Branded<string, 'CollectionId'>;
export type ServerId = Branded<string, 'ServerId'>;
export type ClientId = Branded<string, 'ClientId'>;
export type SyncKey = Branded<string, 'SyncKey'>;
export type BlobId = Branded<string, 'BlobId'>;
export type OutboxId = Branded<string, 'OutboxId'>;
export type JournalId = Branded<string, 'JournalId'>;
/** 16 bytes in hex. */
export type ConversationId = Branded<string, 'ConversationId'>;

/** A value of an account's one clock: a safe integer, 0 before the first write. Borrowed from RFC 7162. */
export type Modseq = number;

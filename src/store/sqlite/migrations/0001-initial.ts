/**
 * The tables of the first release. Every key begins with the account, so that no id can reach into another one's data.
 * JSON columns hold what is read and written as a whole; what is searched or compared has a column of its own.
 */
export const initial = `
-- One row. commit_number counts commits of the file without a gap: who meets a number that is not his own knows that
-- another process wrote.
create table file (
  one integer primary key check (one = 1),
  commit_number integer not null
) strict;
insert into file values (1, 0);

-- modseq: the account's one clock. The *_commit columns: the file's commit number when that last happened.
create table accounts (
  account integer primary key,
  facts text not null,
  created integer not null,
  bytes integer not null,
  prune_horizon integer not null,
  generation integer not null,
  modseq integer not null,
  commit_number integer not null,
  credentials_commit integer not null,
  hierarchy_commit integer not null,
  outbox_commit integer not null
) strict;
create index accounts_by_commit on accounts (commit_number);

-- Primary addresses and aliases, lower case.
create table addresses (
  address text primary key,
  account integer not null
) strict, without rowid;
create index addresses_by_account on addresses (account);

-- Removed accounts: how another process learns of it.
create table removed_accounts (
  account integer primary key,
  modseq integer not null,
  commit_number integer not null
) strict;
create index removed_accounts_by_commit on removed_accounts (commit_number);

-- pruned: tombstones and log rows at or below it are gone.
create table collections (
  account integer not null,
  collection text not null,
  parent text not null,
  name text not null,
  type integer not null,
  created integer not null,
  modseq integer not null,
  died integer,
  high integer not null,
  pruned integer not null,
  generation integer not null,
  commit_number integer not null,
  primary key (account, collection)
) strict, without rowid;
create index collections_by_modseq on collections (account, modseq);

-- Living items and tombstones (died is set, content, blobs and bytes are gone).
-- changed: the stamp of its one 'changed' row in the log. content stands last: it may overflow.
create table items (
  key integer primary key,
  account integer not null,
  number integer not null,
  collection text not null,
  class text not null,
  created integer not null,
  modseq integer not null,
  died integer,
  changed integer,
  generation integer not null,
  sort_date integer not null,
  bytes integer not null,
  history text not null,
  touched text not null,
  brought_by text not null,
  origin text,
  removed_by text,
  moved_to text,
  added_device text,
  added_client text,
  added_hash text,
  conversation text,
  blobs text,
  content text
) strict;
create unique index items_by_number on items (account, number);
create index items_by_position on items (account, collection, sort_date, number) where died is null;
create index items_by_death on items (account, collection, died) where died is not null;
create index items_by_add on items (account, added_device, added_client) where added_device is not null and died is null;
create index items_by_conversation on items (account, collection, conversation) where conversation is not null;

-- kind: 1 entered, 2 left, 3 moved, 4 announced, 5 changed.
create table log (
  account integer not null,
  collection text not null,
  stamp integer not null,
  kind integer not null,
  number integer not null,
  primary key (account, collection, stamp)
) strict, without rowid;

-- body: null when it was removed; the row stays so that its generation never repeats.
create table devices (
  key integer primary key,
  account integer not null,
  device text not null,
  generation integer not null,
  commit_number integer not null,
  body text
) strict;
create unique index devices_by_id on devices (account, device);

-- collection: an id or 'hierarchy'. generation: begins above any that a removed record had.
create table sync_records (
  key integer primary key,
  account integer not null,
  device text not null,
  collection text not null,
  generation integer not null,
  body text not null
) strict;
create unique index sync_records_by_device on sync_records (account, device, collection);
create index sync_records_by_collection on sync_records (account, collection);

-- refs: items and outbox messages that name it. touched: when it was last put or released, in milliseconds.
-- inline: 1 when blob_bytes holds it, 0 when a file named by its id does.
create table blobs (
  id text primary key,
  sha256 blob not null,
  size integer not null,
  inline integer not null,
  refs integer not null,
  touched integer not null
) strict, without rowid;
create unique index blobs_by_hash on blobs (sha256, size);
create index blobs_unreferenced on blobs (touched) where refs = 0;

create table blob_bytes (
  key integer primary key,
  id text not null unique,
  bytes blob not null
) strict;

-- due: when it may next be claimed; a claim moves it to the claim's end.
create table outbox (
  id text primary key,
  account integer not null,
  sender text not null,
  recipients text not null,
  mime text not null,
  queued integer not null,
  due integer not null,
  attempts integer not null,
  last_error text
) strict, without rowid;
create index outbox_by_due on outbox (due);
create index outbox_by_account on outbox (account);

create table leases (
  name text primary key,
  node text not null,
  until integer not null
) strict, without rowid;
`;

/** Search, the journal, the quarantine, groups and the address list. */
export const searchJournalGroups = `
-- moved_at: when it became a tombstone of a move, in milliseconds.
alter table items add column moved_at integer;

-- rowid: the item's key. Words are ours already (domain/words.ts), spelled by \`token\`; the account's own word stands first.
create virtual table words using fts5(
  text, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 0 tokenchars '_'"
);

-- What a device did, and the item's row as it was before, as JSON. blobs: held by this row.
create table journal (
  key integer primary key,
  account integer not null,
  at integer not null,
  device text not null,
  act text not null,
  item text not null,
  folder text not null,
  moved_to text,
  blobs text not null
) strict;
create index journal_by_time on journal (account, at);
create index journal_by_age on journal (at);

create table quarantine (
  account integer not null,
  number integer not null,
  collection text not null,
  reason text not null,
  at integer not null,
  times integer not null,
  primary key (account, number)
) strict, without rowid;

-- Their addresses stand in addresses too, with account 0: no account has that number.
create table groups (
  address text primary key,
  facts text not null
) strict, without rowid;

-- The address list: words of the names of accounts and groups, by the domain of the address.
create table names (
  domain text not null,
  word text not null,
  address text not null,
  primary key (domain, word, address)
) strict, without rowid;
create index names_by_address on names (address);
`;

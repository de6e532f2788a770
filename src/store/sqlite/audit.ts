// The audit of a whole store: every rule that joins two records, checked from the file itself. It only reads; it says
// what is wrong in plain sentences, and nothing when all is well. `easel store check` is this, and every test that closes a store.
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { domainOf } from '../../domain/account.ts';
import { nameWords } from '../list/names.ts';
import { accountWord } from '../list/token.ts';

interface ItemRow {
  account: number;
  number: number;
  collection: string;
  created: number;
  modseq: number;
  died: number | null;
  changed: number | null;
  sort_date: number;
  bytes: number;
  history: string;
  touched: string;
  moved_to: string | null;
  blobs: string | null;
  content: string | null;
}
interface LogRow {
  account: number;
  collection: string;
  stamp: number;
  kind: number;
  number: number;
}
interface CollectionRow {
  account: number;
  collection: string;
  modseq: number;
  died: number | null;
  high: number;
  pruned: number;
}
const [entered, left, moved, announced, changed] = [1, 2, 3, 4, 5];

/** `data`: the store's folder; it may be open. Resolves with what is wrong: [] when nothing is. */
export async function audit(data: string): Promise<string[]> {
  const db = new Database(join(data, 'easel.sqlite'), { readonly: true });
  try {
    db.exec('begin');
    const integrity = db.pragma('integrity_check', { simple: true });
    const wrong = integrity === 'ok' ? [] : [`integrity_check: ${String(integrity)}`];
    wrong.push(...auditRows(db));
    await auditFiles(db, join(data, 'blobs'), wrong);
    return wrong;
  } finally {
    db.close();
  }
}

/** What the rows of an engine say of each other, in the tables of this one. */
export function auditRows(db: Database.Database): string[] {
  const wrong: string[] = [];
  auditStamps(db, wrong);
  auditHighs(db, wrong);
  auditItems(db, wrong);
  auditOrphans(db, wrong);
  auditReferences(db, wrong);
  auditWords(db, wrong);
  auditNames(db, wrong);
  return wrong;
}

/** Every stamp that something bears, each once in its account, none above the account's clock. */
function auditStamps(db: Database.Database, wrong: string[]): void {
  const doubles = db
    .prepare(
      `select account, stamp, count(*) as times from (
        select account, stamp from log union all
        select account, modseq as stamp from collections where died is not null
          or modseq not in (select l.stamp from log l where l.account = collections.account)
      ) group by account, stamp having times > 1`,
    )
    .all() as { account: number; stamp: number; times: number }[];
  for (const row of doubles) wrong.push(`stamp ${row.stamp} of account ${row.account} is borne ${row.times} times`);
  const late = db
    .prepare(
      `select a.account, a.modseq, max(s.stamp) as stamp from accounts a join (
        select account, stamp from log union all select account, modseq from collections union all
        select account, modseq from items union all select account, high from collections
      ) s on s.account = a.account group by a.account having max(s.stamp) > a.modseq`,
    )
    .all() as { account: number; modseq: number; stamp: number }[];
  for (const row of late) wrong.push(`stamp ${row.stamp} of account ${row.account} lies above its clock ${row.modseq}`);
}

/** `high` is the last stamp of anything in the collection, or of its end; pruning may have taken what bore it. */
function auditHighs(db: Database.Database, wrong: string[]): void {
  const last = db.prepare('select max(stamp) from log where account = ? and collection = ?').pluck();
  for (const row of db.prepare('select * from collections').all() as CollectionRow[]) {
    const stamp = row.died ?? (last.get(row.account, row.collection) as number | null) ?? 0;
    const name = `collection ${row.collection} of account ${row.account}`;
    if (row.high !== stamp && !(stamp <= row.pruned && row.high <= row.pruned)) {
      wrong.push(`high of ${name} is ${row.high}, its last stamp ${stamp}`);
    }
  }
}

function auditItems(db: Database.Database, wrong: string[]): void {
  const collection = db.prepare('select pruned, died from collections where account = ? and collection = ?');
  db.exec('create temp table if not exists log_by_number as select * from log');
  db.exec('create index temp.log_numbers on log_by_number (account, number)');
  const byNumber = db.prepare('select * from log_by_number where account = ? and number = ? order by stamp');
  for (const item of db.prepare('select * from items').iterate() as IterableIterator<ItemRow>) {
    const name = `item ${item.collection}:${item.number} of account ${item.account}`;
    const home = collection.get(item.account, item.collection) as Pick<CollectionRow, 'pruned' | 'died'> | undefined;
    if (home === undefined) wrong.push(`${name} lies in no collection`);
    else
      auditItem(item, home, byNumber.all(item.account, item.number) as LogRow[], (what) =>
        wrong.push(`${name} ${what}`),
      );
  }
}

function auditItem(
  item: ItemRow,
  home: Pick<CollectionRow, 'pruned' | 'died'>,
  log: readonly LogRow[],
  say: (what: string) => void,
): void {
  if (home.died !== null) {
    if (item.died === null || item.moved_to === null) say('outlived its collection');
    return;
  }
  if (log.some((row) => row.collection !== item.collection)) say('has log rows in another collection');
  const stamps = (kind: number | undefined) => log.filter((row) => row.kind === kind).map((row) => row.stamp);
  const kept = (list: readonly number[]) => list.filter((stamp) => stamp > home.pruned);
  const same = (a: readonly number[], b: readonly number[]) => JSON.stringify(a) === JSON.stringify(b);

  if (!same(stamps(entered), kept([item.created]))) say(`entered at ${item.created}, its log says ${stamps(entered)}`);
  const deaths = [...stamps(left), ...stamps(announced)];
  if (item.died === null && stamps(left).length > 0) say('lives, but its log says it left');
  if (item.died !== null && !same(kept([item.died]), kept([Math.max(...deaths, 0)]))) {
    say(`died at ${item.died}, its log says ${deaths}`);
  }
  if (stamps(left).length > 1) say('left more than once');
  if (!same(stamps(changed), kept(item.changed === null ? [] : [item.changed]))) {
    say(`changed at ${item.changed}, its log says ${stamps(changed)}`);
  }
  const last = Math.max(0, ...log.map((row) => row.stamp));
  if (item.modseq !== last && item.modseq > home.pruned) say(`bears modseq ${item.modseq}, its log ends at ${last}`);
  auditHistory(item, kept(stamps(moved)), home.pruned, say);
  auditShape(item, say);
}

function auditHistory(item: ItemRow, moves: readonly number[], pruned: number, say: (what: string) => void): void {
  const flat = JSON.parse(item.history) as number[];
  const stamps = flat.filter((_, index) => index % 2 === 0);
  const behind = stamps.filter((stamp) => stamp > pruned && stamp !== item.created);
  if (JSON.stringify(behind) !== JSON.stringify(moves)) say(`has history ${stamps}, its log moves ${moves}`);
  if (stamps.some((stamp, index) => index > 0 && stamp <= stamps[index - 1]!)) say('has a history out of order');
  if (stamps[0] !== item.created && stamps[0]! > pruned) say('has no history entry of its entering');
  if (flat.at(-1) !== item.sort_date) say(`lies at ${item.sort_date}, its history says ${flat.at(-1)}`);
}

function auditShape(item: ItemRow, say: (what: string) => void): void {
  const touched = Object.values(JSON.parse(item.touched) as Record<string, number>);
  if (touched.some((stamp) => stamp > item.modseq || stamp < item.created)) say('was touched outside its life');
  if ((item.content === null) !== (item.died !== null)) say('keeps content and death at odds');
  if ((item.blobs === null) !== (item.died !== null)) say('keeps blobs and death at odds');
}

/** Rows whose account, collection, item or device is not there. */
function auditOrphans(db: Database.Database, wrong: string[]): void {
  const orphans: Record<string, string> = {
    'rows without an account': [
      ...['items', 'log', 'collections', 'devices', 'sync_records', 'outbox', 'journal', 'quarantine'],
      '(select * from addresses where account <> 0)',
    ]
      .map(
        (table) =>
          `select '${table.replaceAll("'", '')} ' || account as what from ${table}
          where account not in (select account from accounts)`,
      )
      .join(' union all '),
    'log rows without an item': `select l.account || ' ' || l.collection || ' ' || l.stamp as what from log l
      left join items i on i.account = l.account and i.number = l.number where i.key is null`,
    'sync records without a device': `select s.account || ' ' || s.device as what from sync_records s
      left join devices d on d.account = s.account and d.device = s.device and d.body is not null where d.key is null`,
    'sync records without a collection': `select s.account || ' ' || s.collection as what from sync_records s
      left join collections c on c.account = s.account and c.collection = s.collection and c.died is null
      where c.collection is null and s.collection <> 'hierarchy'`,
    'quarantined items that do not live': `select q.account || ' ' || q.number as what from quarantine q
      left join items i on i.account = q.account and i.number = q.number and i.died is null where i.key is null`,
    'groups whose address is not theirs': `select g.address as what from groups g
      left join addresses n on n.address = g.address and n.account = 0 where n.address is null`,
    'addresses of groups that are not there': `select address as what from addresses
      where account = 0 and address not in (select address from groups)`,
    'accounts whose primary address is not theirs': `select a.account as what from accounts a left join addresses n
      on n.address = json_extract(a.facts, '$.address') where n.account is not a.account`,
  };
  for (const [name, query] of Object.entries(orphans)) {
    for (const { what } of db.prepare(query).all() as { what: string }[]) wrong.push(`${name}: ${what}`);
  }
}

/** Blob references, and the bytes of items and accounts that follow from them. */
function auditReferences(db: Database.Database, wrong: string[]): void {
  const sizes = new Map<string, { size: number; refs: number; counted: number }>();
  for (const row of db.prepare('select id, size, refs from blobs').all() as {
    id: string;
    size: number;
    refs: number;
  }[]) {
    sizes.set(row.id, { size: row.size, refs: row.refs, counted: 0 });
  }
  const count = (id: string, by: string): number => {
    const blob = sizes.get(id);
    if (blob === undefined) wrong.push(`blob ${id} of ${by} is not there`);
    else blob.counted += 1;
    return blob?.size ?? 0;
  };
  const bytes = new Map<number, number>();
  const items = db.prepare('select account, number, bytes, blobs from items').iterate();
  for (const item of items as IterableIterator<Pick<ItemRow, 'account' | 'number' | 'bytes' | 'blobs'>>) {
    const blobs = new Set(JSON.parse(item.blobs ?? '[]') as string[]);
    const sum = [...blobs].reduce((total, id) => total + count(id, `item ${item.number}`), 0);
    if (sum !== item.bytes) wrong.push(`item ${item.number} counts ${item.bytes} bytes, its blobs ${sum}`);
    bytes.set(item.account, (bytes.get(item.account) ?? 0) + sum);
  }
  for (const { id, mime } of db.prepare('select id, mime from outbox').all() as { id: string; mime: string }[]) {
    count(mime, `message ${id}`);
  }
  for (const { key, blobs } of db.prepare('select key, blobs from journal').all() as { key: number; blobs: string }[]) {
    for (const id of new Set(JSON.parse(blobs) as string[])) count(id, `journal entry ${key}`);
  }
  const pictures = `select account, json_extract(facts, '$.picture') as picture from accounts where picture is not null`;
  for (const { account, picture } of db.prepare(pictures).all() as { account: number; picture: string }[]) {
    count(picture, `account ${account}`);
  }
  for (const [id, { refs, counted }] of sizes) {
    if (refs !== counted) wrong.push(`blob ${id} counts ${refs} references, there are ${counted}`);
  }
  for (const row of db.prepare('select account, bytes from accounts').all() as { account: number; bytes: number }[]) {
    const sum = bytes.get(row.account) ?? 0;
    if (sum !== row.bytes) wrong.push(`account ${row.account} counts ${row.bytes} bytes, its items ${sum}`);
  }
}

/** Words belong to living items, of the account whose word stands first. */
function auditWords(db: Database.Database, wrong: string[]): void {
  const stray = db.prepare(
    'select w.rowid as key from words w left join items i on i.key = w.rowid and i.died is null where i.key is null',
  );
  for (const { key } of stray.all() as { key: number }[]) wrong.push(`words of item ${key}, which does not live`);
  const own = db.prepare('select count(*) from words where words match ?').pluck();
  const indexed = db
    .prepare('select count(*) from items i cross join words w on w.rowid = i.key where i.account = ?')
    .pluck();
  for (const { account } of db.prepare('select account from accounts').all() as { account: number }[]) {
    const [said, there] = [own.get(accountWord(account)), indexed.get(account)];
    if (said !== there)
      wrong.push(`account ${account} has ${there} items with words, ${said} say that they are its own`);
  }
}

/** The address list says of every account and group what they say themselves. */
function auditNames(db: Database.Database, wrong: string[]): void {
  const facts = db.prepare('select facts from accounts union all select facts from groups').all() as {
    facts: string;
  }[];
  const expected = new Set(
    facts.flatMap((row) => {
      const named = JSON.parse(row.facts) as Parameters<typeof nameWords>[0];
      return nameWords(named).map((word) => `${domainOf(named.address)} ${word} ${named.address}`);
    }),
  );
  const listed = db.prepare(`select domain || ' ' || word || ' ' || address as name from names`).all() as {
    name: string;
  }[];
  for (const { name } of listed)
    if (!expected.delete(name)) wrong.push(`the address list says ${name}, no one else does`);
  for (const name of expected) wrong.push(`the address list lacks ${name}`);
}

/** Every blob is where its row says, whole. Files without a row are what a crash leaves and the sweeper takes. */
async function auditFiles(db: Database.Database, folder: string, wrong: string[]): Promise<void> {
  const rows = db
    .prepare(
      `select b.id, b.size, b.inline, length(i.bytes) as bytes from blobs b left join blob_bytes i on i.id = b.id`,
    )
    .all() as { id: string; size: number; inline: number; bytes: number | null }[];
  for (const { id, size, inline, bytes } of rows) {
    const path = join(folder, id.slice(0, 2), id);
    const found = inline === 1 ? bytes : existsSync(path) ? (await stat(path)).size : null;
    if (found !== size) wrong.push(`blob ${id} should have ${size} bytes and has ${found ?? 'none'}`);
  }
  const lost = db.prepare('select id from blob_bytes where id not in (select id from blobs)').all() as { id: string }[];
  for (const { id } of lost) wrong.push(`bytes of blob ${id} have no row`);
  for (const name of await readdir(folder)) {
    if (!/^[0-9a-f]{2}$/.test(name)) wrong.push(`${name} does not belong among the blobs`);
  }
}

// A small world for tests of the sync algebra: one account on a real store, server-side edits, and strict phones that
// treat an Add of an id they hold, a Change of one they lack, or an id named twice as an error.
import assert from 'node:assert/strict';
import type { AccountId, ClientId, CollectionId, DeviceId, ServerId, SyncKey } from '../../src/domain/ids.ts';
import type { LivingItem } from '../../src/domain/item.ts';
import type { SyncOptions } from '../../src/domain/sync-record.ts';
import type { Store, Transaction } from '../../src/store/port.ts';
import type { DeviceCommand } from '../../src/sync/commands.ts';
import { type EstimateRequest, estimate } from '../../src/sync/estimate.ts';
import { filterTarget } from '../../src/sync/filter.ts';
import { moveItem } from '../../src/sync/move-item.ts';
import { type Pending, pendingIn } from '../../src/sync/pending.ts';
import { defaultOptions, type SyncAnswer, type SyncRequest, syncCollection } from '../../src/sync/sync-collection.ts';
import { isLiving } from '../../src/sync/view.ts';
import { day, type Facts, factsOf, itemOf, mailFolders, partsOf, toldFacts, trash, withFacts } from './sync-items.ts';

export { calendar, day, type Facts, factsOf, inbox, sent, tasks, trash } from './sync-items.ts';

/** A page with a window ends, as when its time is over, at every so many changes that it considers. */
const hurry = 11;
const wide = 1000;

/** The server fills something in for some values: what is stored is not what the device sent. */
function normal(a: number): number {
  return a % 7 === 3 ? a + 1 : a;
}

/** The process dies before the commit is made, or when it is made and nobody has heard so. */
export type Fault = 'never made' | 'answer lost';
export class Crash extends Error {}

export class World {
  readonly store: Store;
  readonly account: AccountId;
  today = 20_000;
  /** What happens to the next transaction. */
  fault: Fault | undefined;
  #serial = 0;

  private constructor(store: Store, account: AccountId) {
    this.store = store;
    this.account = account;
  }

  static async open(store: Store, name: string): Promise<World> {
    const account = await store.directory.create({ address: `${name}@example.test`, aliases: [], displayName: name });
    return new World(store, account);
  }

  /** By the port, as everything here; one that dies says so by a Crash. */
  async transact<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const { fault } = this;
    this.fault = undefined;
    if (fault === 'never made') {
      const dies = async (tx: Transaction): Promise<T> => {
        await work(tx);
        throw new Crash();
      };
      return this.store.transact(this.account, dies);
    }
    const answer = await this.store.transact(this.account, work);
    if (fault === 'answer lost') throw new Crash();
    return answer;
  }

  get now(): number {
    return this.today * day + day / 3;
  }

  next(): number {
    return ++this.#serial;
  }

  /** Several in one transaction. */
  async add(collection: CollectionId, ...items: Partial<Facts>[]): Promise<ServerId[]> {
    const facts = items.map((item) => ({ uid: `u${this.next()}`, a: this.next() * 7, b: 0, day: this.today, ...item }));
    return this.transact(async (tx) => facts.map((fact) => tx.create(itemOf(fact, collection))));
  }

  async change(ids: readonly ServerId[], facts: Partial<Facts>): Promise<void> {
    await this.transact(async (tx) => {
      for (const id of ids) {
        const item = await tx.item(id);
        if (item && isLiving(item)) tx.put(withFacts(item, facts), partsOf(facts));
      }
    });
  }

  async remove(id: ServerId): Promise<void> {
    await this.transact(async (tx) => tx.remove(id));
  }

  async move(id: ServerId, to: CollectionId): Promise<ServerId> {
    return this.transact(async (tx) => tx.move(id, to));
  }

  async living(collection: CollectionId): Promise<LivingItem[]> {
    return this.store.read(this.account, (reader) => reader.range(collection, { order: 'oldest', limit: 10_000 }));
  }

  /** Every phone shows what the server holds inside its view. */
  async compare(phones: readonly Phone[], collections: readonly CollectionId[]): Promise<void> {
    for (const collection of collections) {
      const living = await this.living(collection);
      for (const phone of phones) {
        const view = phone.view(collection);
        if (view.key === undefined) continue;
        const want = living.filter((item) => this.#isInside(view.wants, item, living));
        assert.deepEqual(
          [...view.items].map(([id, facts]) => [id, comparable(facts)] as const).sort(),
          want.map((item) => [item.id, comparable(factsOf(item))] as const).sort(),
          `${phone.device} in ${collection}`,
        );
      }
    }
  }

  /** What a person would expect to see, by the settings alone. */
  #isInside({ mail, filter, sms, threads }: Wants, item: LivingItem, all: readonly LivingItem[]): boolean {
    if (item.class === 'SMS') return sms !== undefined && item.sortDate >= filterTarget(sms, this.now).date;
    if (!mail) return false;
    const { thread } = factsOf(item);
    const inThread = all.filter((other) => other.class === 'Email' && factsOf(other).thread === thread);
    const dates = threads && thread !== undefined ? inThread.map(({ sortDate }) => sortDate) : [item.sortDate];
    return Math.max(...dates) >= filterTarget(filter, this.now).date;
  }
}

function comparable({ uid: _, ...facts }: Facts): unknown[] {
  return Object.entries(facts).sort();
}

/** What a phone asks a collection for. */
export interface Wants {
  /** The folder's own class; false: only text messages. */
  mail: boolean;
  filter: number;
  /** The filter of text messages; absent: none of them. */
  sms: number | undefined;
  /** ConversationMode. */
  threads: boolean;
  /** TruncationSize of a body. */
  body: number;
}

export function optionsOf({ mail, filter, sms, body }: Wants, conflict: 0 | 1): SyncOptions {
  return {
    ...defaultOptions,
    filterType: filter,
    ...(sms !== undefined && { smsFilterType: sms }),
    classes: [...(mail ? (['Email'] as const) : []), ...(sms === undefined ? [] : (['SMS'] as const))],
    conflict,
    bodyPreferences: [{ type: 1, truncationSize: body }],
  };
}

type Shown = { -readonly [Key in keyof Facts]: Facts[Key] };
interface Local {
  facts: Partial<Facts>;
  before: Shown;
}
interface CollectionView {
  key: SyncKey | '0' | undefined;
  wants: Wants;
  items: Map<ServerId, Shown>;
  adds: { id: ClientId; facts: Facts }[];
  changes: Map<ServerId, Local>;
  deletes: Set<ServerId>;
  /** The ConversationMode that its state is in. */
  threads: boolean;
  /** The options that its state was made with, as far as it knows. */
  told: string | undefined;
  /** How often it had to start again. */
  restarts: number;
}
export interface PendingMove {
  readonly id: ServerId;
  readonly from: CollectionId;
  readonly to: CollectionId;
  lost: boolean;
}
export interface Exchange {
  readonly collection: CollectionId;
  readonly request: SyncRequest;
  /** The settings that it asks for, said or not. */
  readonly meant: { readonly options: string; readonly threads: boolean };
  readonly local: readonly (readonly [ServerId, string])[];
}

export interface PhoneOptions {
  readonly conflict?: 0 | 1;
  readonly deletesAsMoves?: boolean;
  /** Reads Responses before Commands. */
  readonly responsesFirst?: boolean;
}

export class Phone {
  readonly world: World;
  readonly device: DeviceId;
  readonly options: PhoneOptions;
  readonly moves: PendingMove[] = [];
  readonly #views = new Map<CollectionId, CollectionView>();
  #clients = 0;
  #requests = 0;
  #looks = 0;
  /** Every other request leaves out what has not changed; not where an old request may come late and say it otherwise. */
  isTerse = true;
  /** It held it once: a Delete of it is no surprise. */
  stale = 0;

  constructor(world: World, device: string, options: PhoneOptions = {}) {
    this.world = world;
    this.device = device as DeviceId;
    this.options = options;
  }

  view(collection: CollectionId): CollectionView {
    let view = this.#views.get(collection);
    if (!view) {
      const wants = { mail: true, filter: 0, sms: undefined, threads: false, body: 500 };
      view = {
        ...{ key: undefined, wants, items: new Map(), adds: [], changes: new Map(), deletes: new Set() },
        ...{ threads: false, told: undefined, restarts: 0 },
      };
      this.#views.set(collection, view);
    }
    return view;
  }

  /** Items that the person can still touch: not deleted here, not on their way elsewhere. */
  touchable(collection: CollectionId): ServerId[] {
    const { items, deletes } = this.view(collection);
    return [...items.keys()].filter((id) => !deletes.has(id) && !this.moves.some((move) => move.id === id));
  }

  add(collection: CollectionId, facts: Partial<Facts> = {}): ClientId {
    const id = `c${++this.#clients}` as ClientId;
    const all = { uid: `${this.device}${id}`, a: this.world.next(), b: 0, day: this.world.today, ...facts };
    this.view(collection).adds.push({ id, facts: all });
    return id;
  }

  change(collection: CollectionId, id: ServerId, facts: Partial<Facts>): void {
    const view = this.view(collection);
    const shown = view.items.get(id)!;
    const local = view.changes.get(id) ?? { facts: {}, before: { ...shown } };
    local.facts = { ...local.facts, ...facts };
    view.changes.set(id, local);
    Object.assign(shown, facts);
  }

  revert(collection: CollectionId, id: ServerId): void {
    const view = this.view(collection);
    const local = view.changes.get(id);
    if (!local || !view.items.has(id)) return;
    view.items.set(id, local.before);
    view.changes.delete(id);
  }

  remove(collection: CollectionId, id: ServerId): void {
    this.view(collection).deletes.add(id);
  }

  /** Forgets the collection but for what was never confirmed, and begins with key 0. */
  restart(collection: CollectionId): void {
    const view = this.view(collection);
    view.key = '0';
    view.restarts++;
    view.items = new Map();
    view.changes = new Map();
    view.deletes = new Set();
  }

  request(collection: CollectionId, window: number): Exchange {
    const view = this.view(collection);
    view.key ??= '0';
    const local = [...view.changes]
      .filter(([id]) => !view.deletes.has(id) && !this.moves.some((move) => move.id === id))
      .map(([id, { facts }]) => [id, JSON.stringify(facts), facts] as const);
    const commands: DeviceCommand[] =
      view.key === '0'
        ? []
        : [
            ...view.adds.map(({ id, facts }) => addCommand(id, facts, collection)),
            ...local.map(([id, hash, facts]) => changeCommand(id, hash, facts)),
            ...[...view.deletes].map((id) => this.#deleteCommand(id, collection)),
          ];
    const options = optionsOf(view.wants, this.options.conflict ?? 1);
    const isSame = view.told === JSON.stringify(options) && view.threads === view.wants.threads;
    const isKnown = isSame && view.key !== '0';
    if (!isKnown) view.told = undefined;
    const isTerse = this.isTerse && ++this.#requests % 2 === 0 && isKnown;
    const request: SyncRequest = {
      device: this.device,
      version: '16.1',
      key: view.key,
      ...(!isTerse && { options, conversationMode: view.wants.threads }),
      commands,
      getChanges: view.key !== '0',
      fetches: false,
      room: {
        commands: window,
        bytes: Number.MAX_SAFE_INTEGER,
        late: () => window < wide && ++this.#looks % hurry === 0,
      },
      weigh: () => 1,
      now: this.world.now,
      brake: { share: 1 },
    };
    const meant = { options: JSON.stringify(options), threads: view.wants.threads };
    return { collection, request, meant, local: local.map(([id, hash]) => [id, hash] as const) };
  }

  #deleteCommand(id: ServerId, collection: CollectionId): DeviceCommand {
    const moveTo = this.options.deletesAsMoves && mailFolders.includes(collection) ? { moveTo: trash } : {};
    return { kind: 'Delete', id, hash: 'Delete', ...moveTo };
  }

  send(exchange: Exchange): Promise<SyncAnswer> {
    return this.world.transact((tx) => this.#answer(tx, exchange));
  }

  async #answer(tx: Transaction, { collection, request }: Exchange): Promise<SyncAnswer> {
    if (!(await tx.device(this.device)))
      tx.putDevice({ id: this.device, type: 'Test', created: 0, lastSeen: this.world.now, sent: [] });
    const folder = await tx.collection(collection);
    return syncCollection(tx, folder!, request);
  }

  async pending(collection: CollectionId): Promise<Pending> {
    const { world } = this;
    return world.store.read(world.account, (reader) => pendingIn(reader, this.device, collection, world.now));
  }

  /** GetItemEstimate as this phone would ask. */
  async estimate(collection: CollectionId): Promise<Awaited<ReturnType<typeof estimate>>> {
    const { world, device } = this;
    const { key = '0', wants } = this.view(collection);
    const { filterType, classes, smsFilterType } = optionsOf(wants, 1);
    const options: EstimateRequest['options'] = {
      ...{ filterType, classes, conversationMode: wants.threads },
      ...(smsFilterType !== undefined && { smsFilterType }),
    };
    return world.store.read(world.account, (reader) =>
      estimate(reader, { device, collection, key, options, now: world.now }),
    );
  }

  /** One exchange; the answer is applied. */
  async sync(collection: CollectionId, window = 100): Promise<SyncAnswer> {
    const exchange = this.request(collection, window);
    const answer = await this.send(exchange);
    this.apply(exchange, answer);
    return answer;
  }

  /** Until nothing more comes and nothing waits to be sent; how many commands went either way. */
  async settle(collection: CollectionId, window = 100): Promise<number> {
    let exchanged = 0;
    for (let turn = 0; turn < 400; turn++) {
      const answer = await this.sync(collection, window);
      if (answer.kind === 'answered') exchanged += answer.changes.length + answer.responses.length;
      const { adds, changes, deletes } = this.view(collection);
      const waiting = [...changes.keys()].filter((id) => !this.moves.some((move) => move.id === id));
      const quiet = answer.kind === 'unchanged' || (answer.kind === 'answered' && !answer.more);
      if (quiet && adds.length === 0 && waiting.length === 0 && deletes.size === 0) return exchanged;
    }
    throw new Error(`endless: ${this.device} in ${collection}`);
  }

  apply(exchange: Exchange, answer: SyncAnswer): void {
    const { collection, request } = exchange;
    const view = this.view(collection);
    if (answer.kind === 'stale') {
      if (view.key === request.key && view.key !== '0') this.restart(collection);
      return;
    }
    if (answer.kind === 'primed') {
      const { adds } = view;
      this.restart(collection);
      view.adds = adds;
    }
    if (answer.kind === 'answered') {
      assert.ok(answer.changes.length <= request.room.commands + request.commands.length, 'the window');
      const steps = [() => this.#applyChanges(exchange, answer), () => this.#applyResponses(exchange, answer)];
      for (const step of this.options.responsesFirst ? steps.reverse() : steps) step();
    }
    view.key = answer.key;
    view.threads = exchange.meant.threads;
    view.told = exchange.meant.options;
  }

  #applyChanges({ collection, local }: Exchange, answer: Extract<SyncAnswer, { kind: 'answered' }>): void {
    const view = this.view(collection);
    const named = new Set<ServerId>();
    for (const change of answer.changes) {
      const id = 'item' in change ? change.item.id : change.id;
      assert.ok(!named.has(id), `${id} is named twice`);
      named.add(id);
      if ('item' in change && answer.responses.length > 0)
        assert.ok(
          !answer.responses.some(({ kind, item }) => kind === 'Add' && item === id),
          `${id} is named before its Add`,
        );
      if (!('item' in change)) {
        if (!view.items.delete(id)) this.stale++;
        view.changes.delete(id);
        view.deletes.delete(id);
        this.#forgetMove(id, collection);
      } else if (change.kind === 'Add') {
        assert.ok(!view.items.has(id), `${this.device}: Add of ${id}, which it holds`);
        view.items.set(id, factsOf(change.item));
      } else this.#applyChange(view, id, toldFacts(change.item, change.since), local, collection);
    }
  }

  #applyChange(
    view: CollectionView,
    id: ServerId,
    told: Partial<Facts>,
    local: Exchange['local'],
    collection: CollectionId,
  ): void {
    const shown = view.items.get(id);
    if (!shown) {
      const excused = view.deletes.has(id) || this.moves.some((move) => move.to === collection);
      assert.ok(excused, `${this.device}: Change of ${id}, which it lacks`);
      return;
    }
    const mine = view.changes.get(id);
    const wasSent = mine && local.some(([one, hash]) => one === id && hash === JSON.stringify(mine.facts));
    // A server's word stands against its own of the same part alone.
    const facts = { ...(mine?.before ?? shown), ...told };
    if (mine) mine.before = { ...facts };
    view.items.set(id, { ...facts, ...(mine && !wasSent ? mine.facts : {}) });
  }

  #forgetMove(id: ServerId, from: CollectionId): void {
    const index = this.moves.findIndex((move) => move.id === id && move.from === from);
    if (index >= 0) this.moves.splice(index, 1);
  }

  #applyResponses({ collection, request, local }: Exchange, answer: Extract<SyncAnswer, { kind: 'answered' }>): void {
    const view = this.view(collection);
    for (const response of answer.responses) {
      const id = response.id as ServerId;
      if (response.kind === 'Add') this.#confirmAdd(view, request, response.id as ClientId, response.item!);
      else if (response.kind === 'Change') {
        const mine = view.changes.get(id);
        if (!mine) continue;
        const wasSent = local.some(([one, hash]) => one === id && hash === JSON.stringify(mine.facts));
        if (wasSent) view.changes.delete(id);
        else if (response.result === 'done') {
          const sent = local.find(([one]) => one === id);
          Object.assign(mine.before, sent ? JSON.parse(sent[1]) : {});
        }
      } else if (view.deletes.delete(id)) {
        view.items.delete(id);
        view.changes.delete(id);
      }
    }
  }

  #confirmAdd(view: CollectionView, request: SyncRequest, client: ClientId, id: ServerId): void {
    const command = request.commands.find((one) => one.kind === 'Add' && one.id === client);
    if (!command || !('item' in command)) return;
    assert.ok(!view.items.has(id), `${this.device}: the Add's answer names ${id}, which it holds`);
    const sent = factsOf(command.item as never);
    const waiting = view.adds.findIndex((one) => one.id === client);
    if (waiting < 0) {
      view.items.set(id, sent);
      view.deletes.add(id); // the person removed it while it was under way
      return;
    }
    const [mine] = view.adds.splice(waiting, 1);
    view.items.set(id, { ...mine!.facts });
    const { uid: _, ...now } = mine!.facts;
    const { uid: __, ...then } = sent;
    if (JSON.stringify(now) !== JSON.stringify(then)) view.changes.set(id, { facts: now, before: { ...sent } });
  }

  /** MoveItems; `lost`: the answer never came, it is repeated later. */
  async move(move: PendingMove, lost: boolean): Promise<void> {
    const { world, device } = this;
    const answer = await world
      .transact((tx) => moveItem(tx, { device, ...move }))
      .catch((error: unknown) => {
        if (error instanceof Crash) return undefined;
        throw error;
      });
    if (lost || !answer) {
      move.lost = true;
      if (!this.moves.includes(move)) this.moves.push(move);
      return;
    }
    const index = this.moves.indexOf(move);
    if (index >= 0) this.moves.splice(index, 1);
    if (answer.kind !== 'moved') return;
    const from = this.view(move.from);
    const to = this.view(move.to);
    const shown = from.items.get(move.id);
    if (!shown) return;
    const local = from.changes.get(move.id);
    from.items.delete(move.id);
    from.changes.delete(move.id);
    if (to.key === undefined) return;
    if (to.items.has(answer.id)) {
      assert.ok(move.lost, `${device}: moved onto ${answer.id}, which it holds`);
      return;
    }
    to.items.set(answer.id, shown);
    if (local) to.changes.set(answer.id, local);
  }
}

function addCommand(id: ClientId, facts: Facts, collection: CollectionId): DeviceCommand {
  const item = itemOf({ ...facts, a: normal(facts.a) }, collection);
  return { kind: 'Add', id, hash: JSON.stringify(facts), item, exact: normal(facts.a) === facts.a };
}

function changeCommand(id: ServerId, hash: string, facts: Partial<Facts>): DeviceCommand {
  const a = facts.a === undefined ? {} : { a: normal(facts.a) };
  const change = (item: LivingItem) => ({
    item: withFacts(item, { ...facts, ...a }),
    touched: partsOf(facts),
    exact: a.a === facts.a,
  });
  return { kind: 'Change', id, hash, change };
}

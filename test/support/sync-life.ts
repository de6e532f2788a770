// A random life of one account: some phones, edits on both sides, moves, lost, doubled and late answers, racing requests,
// crashes, settings that change in mid-load, a clock that jumps. It says what must hold at every step, and at the end.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CollectionId, ServerId } from '../../src/domain/ids.ts';
import { comparePositions } from '../../src/domain/position.ts';
import type { SyncRecord, SyncState } from '../../src/domain/sync-record.ts';
import type { Store } from '../../src/store/port.ts';
import { asWithdrawn, type Pending } from '../../src/sync/pending.ts';
import { pruneCollection } from '../../src/sync/prune.ts';
import { newestState, recognise } from '../../src/sync/record.ts';
import type { SyncAnswer } from '../../src/sync/sync-collection.ts';
import { mailFolders } from './sync-items.ts';
import { Crash, calendar, type Exchange, factsOf, inbox, Phone, sent, tasks, trash, World } from './sync-world.ts';

const kinds = {
  add: 12,
  change: 8,
  redate: 6,
  remove: 6,
  move: 5,
  bulk: 4,
  phoneAdd: 7,
  phoneChange: 8,
  phoneRedate: 3,
  phoneRemove: 5,
  phoneRevert: 4,
  phoneMove: 6,
  repeatMove: 3,
  sync: 40,
  race: 6,
  filter: 6,
  sms: 3,
  threads: 4,
  body: 1,
  crash: 4,
  time: 4,
  restart: 2,
  late: 3,
  prune: 3,
  echo: 3,
  estimate: 5,
  settle: 6,
} as const;
type Kind = keyof typeof kinds;
export type Step = readonly [Kind, number, number, number, number];
export interface Plan {
  readonly phones: number;
  /** The settings that the phones begin with. */
  readonly taste: number;
  readonly steps: readonly Step[];
}

const number = fc.nat(9999);
const step: fc.Arbitrary<Step> = fc.tuple(
  fc.oneof(...(Object.keys(kinds) as Kind[]).map((kind) => ({ arbitrary: fc.constant(kind), weight: kinds[kind] }))),
  number,
  number,
  number,
  number,
);
export const plans: fc.Arbitrary<Plan> = fc.record({
  phones: fc.integer({ min: 1, max: 4 }),
  taste: fc.nat(),
  steps: fc.array(step, { minLength: 8, maxLength: 60, size: 'max' }),
});

const everywhere: readonly CollectionId[] = [inbox, sent, trash, tasks, calendar];
/** Where something happens: mostly where conversations and text messages are. */
const places: readonly CollectionId[] = [inbox, inbox, inbox, sent, sent, trash, tasks, calendar];
const filters = (place: CollectionId): readonly number[] =>
  place === tasks ? [0, 8] : place === calendar ? [0, 4, 5] : [0, 1, 2, 3];
const windowOf = (n: number): number => [1, 1, 2, 3, 5, 20, 1 + (n % 512)][n % 7]!;
const unlimited = 1_000_000;

function pick<T>(list: readonly T[], n: number): T | undefined {
  return list.length === 0 ? undefined : list[n % list.length];
}

const phoneKinds = [
  { deletesAsMoves: true, conflict: 1 },
  { responsesFirst: true, conflict: 0 },
  { deletesAsMoves: true, responsesFirst: true, conflict: 0 },
  { conflict: 1 },
] as const;

export class Life {
  readonly world: World;
  readonly phones: Phone[];
  readonly late: { phone: Phone; exchange: Exchange }[] = [];

  constructor(world: World, phones: number) {
    this.world = world;
    this.phones = phoneKinds.slice(0, phones).map((options, i) => new Phone(world, `d${i + 1}`, options));
  }

  static async live(store: Store, name: string, { phones, taste, steps }: Plan): Promise<void> {
    const life = new Life(await World.open(store, name), phones);
    life.#furnish(taste);
    for (const one of steps) await life.step(one);
    await life.quiesce();
  }

  #furnish(taste: number): void {
    for (const [i, phone] of this.phones.entries()) {
      const own = Math.floor(taste / 7 ** i);
      for (const place of mailFolders) {
        const { wants } = phone.view(place);
        wants.threads = own % 2 === 1;
        wants.filter = pick([0, 2, 3], own)!;
        wants.sms = own % 5 === 0 ? 0 : undefined;
      }
      phone.view(tasks).wants.filter = own % 3 === 0 ? 8 : 0;
    }
  }

  async step([kind, a, b, c, d]: Step): Promise<void> {
    const place = pick(places, a)!;
    const phone = pick(this.phones, b)!;
    try {
      await this.#act(kind, place, phone, c, d);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  }

  async #act(kind: Kind, place: CollectionId, phone: Phone, c: number, d: number): Promise<unknown> {
    const { world } = this;
    const steps: Record<Kind, () => Promise<unknown> | undefined> = {
      add: () => world.add(place, this.#item(place, c, d)),
      change: () =>
        this.#onServer(place, c, (id) => world.change([id], d % 2 ? { a: world.next() * 7 } : { b: world.next() })),
      redate: () => this.#onServer(place, c, (id) => world.change([id], { day: this.#day(d) })),
      remove: () => this.#onServer(place, c, (id) => world.remove(id)),
      move: () => this.#move(place, c, d),
      bulk: () => this.#bulk(place, c, d),
      phoneAdd: () => this.#onPhone(phone, place, () => phone.add(place, this.#item(place, c, d))),
      phoneChange: () =>
        this.#onShown(phone, place, c, (id) =>
          phone.change(place, id, d % 2 ? { a: world.next() } : { b: world.next() }),
        ),
      phoneRedate: () => this.#onShown(phone, place, c, (id) => phone.change(place, id, { day: this.#day(d) })),
      phoneRemove: () => this.#onShown(phone, place, c, (id) => phone.remove(place, id)),
      phoneRevert: () => this.#onPhone(phone, place, () => this.#revert(phone, place, c, d)),
      phoneMove: () => this.#phoneMove(phone, place, c, d),
      repeatMove: async () => phone.moves[0] && (await phone.move(phone.moves[0], c % 4 === 0)),
      sync: () => this.#sync(phone, place, c, d),
      race: () => this.#race(phone, place, c, d),
      filter: () => this.#onPhone(phone, place, () => void (phone.view(place).wants.filter = pick(filters(place), c)!)),
      sms: () => this.#onPhone(phone, place, () => this.#sms(phone, place, c)),
      threads: () => this.#onPhone(phone, place, () => this.#threads(phone, place)),
      body: () => this.#onPhone(phone, place, () => void (phone.view(place).wants.body = c)),
      crash: async () => void (world.fault = c % 2 ? 'never made' : 'answer lost'),
      time: async () => void (world.today += c % 5 === 0 ? -1 : 1 + (c % 2)),
      restart: () => this.#restart(phone, place),
      late: async () => {
        const [copy] = this.late.splice(c % Math.max(1, this.late.length), 1);
        if (copy) await copy.phone.send(copy.exchange);
      },
      // A move whose answer was lost needs its tombstone for the repeat.
      prune: async () =>
        this.phones.every(({ moves }) => moves.length === 0) &&
        (await world.transact((tx) => pruneCollection(tx, place, world.now))),
      echo: () => this.#echo(phone, place, c),
      estimate: () => this.#estimate(phone, place),
      settle: () => this.#settle(phone, place, c),
    };
    return steps[kind]();
  }

  #day(n: number): number {
    return this.world.today - 8 + (n % 10);
  }

  #item(place: CollectionId, c: number, d: number) {
    const on = { day: place === calendar ? this.world.today - 40 + (c % 45) : this.#day(c) };
    if (!mailFolders.includes(place)) return on;
    if (d % 6 === 0) return { ...on, sms: true };
    return d % 2 ? { ...on, thread: `t${d % 3}` } : on;
  }

  async #onServer(place: CollectionId, n: number, act: (id: ServerId) => Promise<unknown>): Promise<void> {
    const item = pick(await this.world.living(place), n);
    if (item) await act(item.id);
  }

  #otherPlace(place: CollectionId, n: number): CollectionId {
    return pick(
      mailFolders.filter((other) => other !== place),
      n,
    )!;
  }

  async #move(place: CollectionId, c: number, d: number): Promise<void> {
    if (mailFolders.includes(place))
      await this.#onServer(place, c, (id) => this.world.move(id, this.#otherPlace(place, d)));
  }

  async #bulk(place: CollectionId, c: number, d: number): Promise<void> {
    const { world } = this;
    if (c % 2)
      await world.add(place, ...Array.from({ length: 2 + (d % 4) }, (_, i) => this.#item(place, d >> i, c + i)));
    else
      await world.change(
        (await world.living(place)).map((item) => item.id),
        { b: world.next() },
      );
  }

  async #onPhone(phone: Phone, place: CollectionId, act: () => unknown): Promise<void> {
    if (phone.view(place).key !== undefined) act();
  }

  async #onShown(phone: Phone, place: CollectionId, n: number, act: (id: ServerId) => unknown): Promise<void> {
    const id = pick(phone.touchable(place), n);
    if (id) act(id);
  }

  #revert(phone: Phone, place: CollectionId, c: number, d: number): void {
    const view = phone.view(place);
    const add = pick(view.adds, d);
    const deleted = pick([...view.deletes], d);
    const changed = pick([...view.changes.keys()], d);
    if (c % 3 === 0 && add) view.adds.splice(view.adds.indexOf(add), 1);
    else if (c % 3 === 1 && deleted) view.deletes.delete(deleted);
    else if (changed) phone.revert(place, changed);
  }

  /** Text messages named, left out, or alone; with a filter of their own. */
  #sms(phone: Phone, place: CollectionId, c: number): void {
    const { wants } = phone.view(place);
    if (!mailFolders.includes(place)) return;
    wants.sms = pick([undefined, 0, 2, 3], c);
    wants.mail = wants.sms === undefined || c % 5 !== 0;
  }

  /** It may have to start again: not while it would forget a move. */
  #threads(phone: Phone, place: CollectionId): void {
    const { wants } = phone.view(place);
    if (mailFolders.includes(place) && phone.moves.every(({ from }) => from !== place)) wants.threads = !wants.threads;
  }

  async #phoneMove(phone: Phone, place: CollectionId, c: number, d: number): Promise<void> {
    const id = pick(phone.touchable(place), c);
    const view = phone.view(place);
    if (!id || view.key === '0' || view.threads !== view.wants.threads || !mailFolders.includes(place)) return;
    const move = { id, from: place, to: this.#otherPlace(place, d), lost: false };
    if (d % 4 === 1) await phone.move({ ...move, lost: true }, true).then(() => phone.moves.pop());
    await phone.move(d % 4 === 1 ? { ...move, lost: true } : move, d % 4 === 0);
  }

  async #sync(phone: Phone, place: CollectionId, c: number, d: number): Promise<void> {
    const exchange = phone.request(place, windowOf(d));
    const { request } = exchange;
    const before = newestState(await this.#record(phone, place));
    // Ping knows the settings that the last answer was made with.
    const sameOptions = before && JSON.stringify(before.options) === JSON.stringify(expectedOptions(exchange));
    const asked = sameOptions && request.commands.length === 0 && before?.key === request.key;
    const promise = asked ? await phone.pending(place) : undefined;
    const answer = await phone.send(exchange);
    if (promise) this.#keptPromise(promise, answer, before!, newestState(await this.#record(phone, place)));
    const fate = pick(['ok', 'ok', 'ok', 'ok', 'lost', 'lost', 'lostLate', 'copied', 'edited'] as const, c)!;
    if (fate === 'lostLate' || fate === 'copied') {
      this.late.push({ phone, exchange });
      phone.isTerse = false;
    }
    if (fate === 'lost' || fate === 'lostLate') return;
    if (fate === 'edited') {
      const id = pick(phone.touchable(place), d);
      if (id) phone.change(place, id, { b: this.world.next() });
    }
    phone.apply(exchange, answer);
  }

  async #record(phone: Phone, place: CollectionId): Promise<SyncRecord | undefined> {
    const { store, account } = this.world;
    return store.read(account, (reader) => reader.syncRecord(phone.device, place));
  }

  /** Ping and Sync agree: "nothing" is followed by nothing, anything else by commands or a cursor that moved. */
  #keptPromise(promise: Pending, answer: SyncAnswer, was: SyncState, is: SyncState | undefined): void {
    const delivered = answer.kind === 'answered' ? answer.changes.length : 0;
    if (promise === 'nothing') assert.equal(delivered, 0, `a Ping would have slept over ${delivered} changes`);
    else {
      const moved =
        comparePositions(was.floor, is!.floor) !== 0 || JSON.stringify(was.smsFloor) !== JSON.stringify(is!.smsFloor);
      assert.ok(delivered > 0 || moved, 'a Ping would have woken for nothing');
    }
  }

  async #race(phone: Phone, place: CollectionId, c: number, d: number): Promise<void> {
    const exchange = phone.request(place, windowOf(d));
    const answers = await Promise.all([phone.send(exchange), phone.send(exchange)]);
    phone.apply(exchange, answers[c % 2]!);
  }

  async #restart(phone: Phone, place: CollectionId): Promise<void> {
    const view = phone.view(place);
    if (view.key === undefined || phone.moves.some((move) => move.from === place)) return;
    const { adds } = view;
    phone.restart(place);
    view.adds = adds;
  }

  /** With nothing to send, a phone that pings "nothing" is told nothing by the next Sync. */
  async #settle(phone: Phone, place: CollectionId, c: number): Promise<void> {
    await phone.settle(place, windowOf(c));
    assert.equal(await phone.pending(place), 'nothing', 'pending after all was fetched');
  }

  /** What a phone wrote while it knew everything, and the server keeps as it is, is never told to it. */
  async #echo(phone: Phone, place: CollectionId, c: number): Promise<void> {
    if (phone.moves.length > 0) return;
    await phone.settle(place, windowOf(c));
    const id = pick(phone.touchable(place), c);
    if (!id) return;
    phone.change(place, id, { b: this.world.next() });
    await phone.sync(place, windowOf(c));
    assert.equal(await phone.pending(place), 'nothing', 'a Ping would have woken for an echo');
    const next = await phone.sync(place, unlimited);
    assert.equal(next.kind === 'answered' ? next.changes.length : 0, 0, 'an echo');
  }

  /** GetItemEstimate says how much a Sync without a window brings, with settings old or new. */
  async #estimate(phone: Phone, place: CollectionId): Promise<void> {
    const view = phone.view(place);
    const exchange = phone.request(place, unlimited);
    const { key, commands } = exchange.request;
    const record = await this.#record(phone, place);
    if (key === '0' || commands.length > 0 || !record) return;
    const recognised = recognise(record, key);
    if (recognised.kind === 'stale') return;
    const { store, account } = this.world;
    const { size } = await store.read(account, (reader) => asWithdrawn(reader, record, recognised.state));
    if (size > 0) return;
    // What is repeated ends where it first ended.
    if (recognised.kind === 'retry' && record.base !== undefined) return;
    const expected = await phone.estimate(place);
    const answer = await phone.send(exchange);
    assert.equal(answer.kind === 'answered' ? answer.changes.length : 0, expected, `the estimate of ${view.key}`);
    phone.apply(exchange, answer);
  }

  async quiesce(): Promise<void> {
    this.world.fault = undefined;
    for (const phone of this.phones) for (const move of [...phone.moves]) await phone.move(move, false);
    for (let round = 0; round < 20; round++) {
      let delivered = 0;
      for (const phone of this.phones)
        for (const place of everywhere) delivered += await phone.settle(place, pick([1, 2, 20], round)!);
      if (delivered === 0) break;
      assert.ok(round < 19, 'no end');
    }
    await this.world.compare(this.phones, everywhere);
    await this.#noTwins();
  }

  /**
   * An Add that was repeated made one item. A repeat after a new start of one that moved away meanwhile makes a second: a
   * known limit, never a loss.
   */
  async #noTwins(): Promise<void> {
    if (this.phones.some((phone) => everywhere.some((place) => phone.view(place).restarts > 1))) return;
    const seen = new Set<string>();
    for (const place of everywhere)
      for (const item of await this.world.living(place)) {
        const { uid } = factsOf(item);
        assert.ok(!seen.has(uid), `${uid} lives twice`);
        seen.add(uid);
      }
  }
}

function expectedOptions({ meant }: Exchange): unknown {
  return { ...JSON.parse(meant.options), ...(meant.threads && { conversationMode: true }) };
}

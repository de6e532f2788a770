// The sync algebra against random lives: two phones, server-side edits, lost, doubled and late answers, racing requests,
// moves, filters, a clock that jumps, key 0. When all is quiet, every phone shows what the server holds.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type { CollectionId, ServerId } from '../../src/domain/ids.ts';
import type { Mail } from '../../src/domain/item.ts';
import { comparePositions } from '../../src/domain/position.ts';
import type { SyncState } from '../../src/domain/sync-record.ts';
import type { Store } from '../../src/store/port.ts';
import type { Pending } from '../../src/sync/pending.ts';
import { pruneCollection } from '../../src/sync/prune.ts';
import { newestState } from '../../src/sync/record.ts';
import type { SyncAnswer } from '../../src/sync/sync-collection.ts';
import { type Exchange, inbox, Phone, sent, trash, World } from '../support/sync-world.ts';
import { type TempStore, tempStore } from '../support/temp-store.ts';

const kinds = {
  add: 10,
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
  time: 4,
  restart: 2,
  late: 3,
  prune: 3,
  settle: 6,
} as const;
type Kind = keyof typeof kinds;
type Step = readonly [Kind, number, number, number, number];

const number = fc.nat(9999);
const step: fc.Arbitrary<Step> = fc.tuple(
  fc.oneof(...(Object.keys(kinds) as Kind[]).map((kind) => ({ arbitrary: fc.constant(kind), weight: kinds[kind] }))),
  number,
  number,
  number,
  number,
);
const windows = [1, 1, 2, 3, 5, 20];
const places: CollectionId[] = [inbox, sent, trash];

function pick<T>(list: readonly T[], n: number): T | undefined {
  return list.length === 0 ? undefined : list[n % list.length];
}

class Life {
  readonly world: World;
  readonly phones: Phone[];
  readonly late: { phone: Phone; exchange: Exchange }[] = [];

  constructor(world: World) {
    this.world = world;
    this.phones = [
      new Phone(world, 'd1', { deletesAsMoves: true, conflict: 1 }),
      new Phone(world, 'd2', { responsesFirst: true, conflict: 0 }),
      new Phone(world, 'd3', { deletesAsMoves: true, responsesFirst: true, conflict: 0 }),
    ];
  }

  async step([kind, a, b, c, d]: Step): Promise<void> {
    const place = pick(places, a)!;
    const phone = pick(this.phones, b)!;
    const { world } = this;
    const steps: Record<Kind, () => Promise<unknown> | undefined> = {
      add: () => world.add(place, { day: this.#day(c) }),
      change: () =>
        this.#onServer(place, c, (id) => world.change([id], d % 2 ? { a: world.next() * 7 } : { b: world.next() })),
      redate: () => this.#onServer(place, c, (id) => world.change([id], { day: this.#day(d) })),
      remove: () => this.#onServer(place, c, (id) => world.remove(id)),
      move: () =>
        this.#onServer(place, c, (id) =>
          world.move(
            id,
            pick(
              places.filter((other) => other !== place),
              d,
            )!,
          ),
        ),
      bulk: () => this.#bulk(place, c, d),
      phoneAdd: () => this.#onPhone(phone, place, () => phone.add(place, { day: this.#day(c) })),
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
      filter: () => this.#onPhone(phone, place, () => void (phone.view(place).filter = pick([0, 1, 2, 3], c)!)),
      time: async () => void (world.today += c % 5 === 0 ? -1 : 1 + (c % 2)),
      restart: () => this.#restart(phone, place),
      late: async () => {
        const [copy] = this.late.splice(c % Math.max(1, this.late.length), 1);
        if (copy) await copy.phone.send(copy.exchange);
      },
      // A move whose answer was lost needs its tombstone for the repeat.
      prune: async () =>
        this.phones.every(({ moves }) => moves.length === 0) &&
        (await world.store.transact(world.account, (tx) => pruneCollection(tx, place, world.now))),
      settle: () => this.#settle(phone, place, c),
    };
    await steps[kind]();
  }

  #day(n: number): number {
    return this.world.today - 8 + (n % 10);
  }

  async #onServer(place: CollectionId, n: number, act: (id: ServerId) => Promise<unknown>): Promise<void> {
    const item = pick(await this.world.living(place), n);
    if (item) await act(item.id);
  }

  async #bulk(place: CollectionId, c: number, d: number): Promise<void> {
    if (c % 2)
      await this.world.add(place, ...Array.from({ length: 2 + (d % 4) }, (_, i) => ({ day: this.#day(d >> i) })));
    else
      await this.world.change(
        (await this.world.living(place)).map((item) => item.id),
        { b: this.world.next() },
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

  async #phoneMove(phone: Phone, place: CollectionId, c: number, d: number): Promise<void> {
    const to = pick(
      places.filter((other) => other !== place),
      d,
    )!;
    const id = pick(phone.touchable(place), c);
    if (!id || phone.view(place).key === '0') return;
    const move = { id, from: place, to, lost: false };
    if (d % 4 === 1) await phone.move({ ...move, lost: true }, true).then(() => phone.moves.pop());
    await phone.move(d % 4 === 1 ? { ...move, lost: true } : move, d % 4 === 0);
  }

  async #sync(phone: Phone, place: CollectionId, c: number, d: number): Promise<void> {
    const exchange = phone.request(place, pick(windows, d)!);
    const before = await this.#newest(phone, place);
    // Ping knows the filter that the last answer was made with.
    const sameFilter = before?.options.filterType === exchange.request.options?.filterType;
    const asked = sameFilter && exchange.request.commands.length === 0 && before?.key === exchange.request.key;
    const promise = asked ? await phone.pending(place) : undefined;
    // What a crash left behind, if anything, the retry would show.
    if (c % 13 === 0) await phone.crash(exchange);
    const answer = await phone.send(exchange);
    if (promise) await this.#keptPromise(promise, answer, before!, await this.#newest(phone, place));
    const fate = pick(['ok', 'ok', 'ok', 'ok', 'lost', 'lost', 'lostLate', 'copied', 'edited'] as const, c)!;
    if (fate === 'lostLate' || fate === 'copied') this.late.push({ phone, exchange });
    if (fate === 'lost' || fate === 'lostLate') return;
    if (fate === 'edited') {
      const id = pick(phone.touchable(place), d);
      if (id) phone.change(place, id, { b: this.world.next() });
    }
    phone.apply(exchange, answer);
  }

  async #newest(phone: Phone, place: CollectionId): Promise<SyncState | undefined> {
    const { store, account } = this.world;
    return newestState(await store.read(account, (reader) => reader.syncRecord(phone.device, place)));
  }

  /** Ping and Sync agree: "nothing" is followed by nothing, anything else by commands or a cursor that moved. */
  async #keptPromise(promise: Pending, answer: SyncAnswer, was: SyncState, is: SyncState | undefined): Promise<void> {
    const delivered = answer.kind === 'answered' ? answer.changes.length : 0;
    if (promise === 'nothing') assert.equal(delivered, 0, `a Ping would have slept over ${delivered} changes`);
    else
      assert.ok(delivered > 0 || comparePositions(was.floor, is!.floor) !== 0, 'a Ping would have woken for nothing');
  }

  async #race(phone: Phone, place: CollectionId, c: number, d: number): Promise<void> {
    const exchange = phone.request(place, pick(windows, d)!);
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

  /** With nothing to send, a phone that pings "nothing" is told nothing by the next Sync; "something" brings something. */
  async #settle(phone: Phone, place: CollectionId, c: number): Promise<void> {
    await phone.settle(place, pick(windows, c)!);
    assert.equal(await phone.pending(place), 'nothing', 'pending after all was fetched');
  }

  async quiesce(): Promise<void> {
    for (const phone of this.phones) for (const move of [...phone.moves]) await phone.move(move, false);
    for (let round = 0; round < 20; round++) {
      let delivered = 0;
      for (const phone of this.phones)
        for (const place of places) delivered += await phone.settle(place, pick([1, 2, 20], round)!);
      if (delivered === 0) break;
      assert.ok(round < 19, 'no end');
    }
    await this.world.compare(this.phones, places);
    await this.#noTwins();
  }

  /** An Add that was repeated made one item. */
  async #noTwins(): Promise<void> {
    const seen = new Set<string>();
    for (const place of places)
      for (const item of await this.world.living(place)) {
        const { subject } = (item as Mail).content;
        assert.ok(!seen.has(subject) || this.mayTwin, `${subject} lives twice`);
        seen.add(subject);
      }
  }
  /** A repeat after key 0 of an Add that moved away meanwhile makes a second item: a known limit, never a loss. */
  mayTwin = false;
}

let temporary: TempStore;
let store: Store;
before(async () => {
  temporary = await tempStore();
  store = temporary.store;
});
after(() => temporary[Symbol.asyncDispose]());

const runs = Number(process.env.EASEL_MODEL_RUNS ?? (process.env.EASEL_LONG ? 10_000 : 1000));

test(`after ${runs} random lives every phone shows what the server holds`, { timeout: 1_500_000 }, async () => {
  let serial = 0;
  const seed = Number(process.env.EASEL_SEED ?? 20261122);
  console.log(`# seed ${seed}, ${runs} sequences`);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 60, size: 'max' }), async (steps) => {
      const life = new Life(await World.open(store, `life${++serial}`));
      life.mayTwin = steps.some(([kind]) => kind === 'restart');
      for (const one of steps) await life.step(one);
      await life.quiesce();
    }),
    { seed, numRuns: runs, endOnFailure: !process.env.EASEL_SHRINK, includeErrorInReport: true },
  );
});

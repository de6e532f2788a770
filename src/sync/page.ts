// One answer while it is filled: its commands, its room, and the state that it will leave behind. An id is named once.
import type { Modseq, ServerId } from '../domain/ids.ts';
import type { LivingItem } from '../domain/item.ts';
import type { Floors, Part } from '../domain/sync-record.ts';
import { type Change, changedId, isEcho, type View } from './view.ts';

export interface Page extends Floors {
  readonly changes: readonly Change[];
  readonly watermark: Modseq;
  readonly part?: Part;
}

/** Commands, and the bytes that their answers may take. */
export interface Room {
  readonly commands: number;
  readonly bytes: number;
  /** The time for the answer is over: it ends with what it has, once that is anything. */
  readonly late?: () => boolean;
}
/** Bytes that an item takes in an answer, from the sizes that it keeps. */
export type Weigh = (item: LivingItem) => number;

export const unlimited: Room = { commands: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER };

export class PageBuilder {
  readonly #byId = new Map<ServerId, Change>();
  readonly #view: View;
  readonly #room: Room;
  readonly #weigh: Weigh;
  #bytes = 0;
  full = false;
  watermark: Modseq;
  part: Part | undefined;
  floors: Floors;

  constructor(view: View, room: Room, weigh: Weigh, begun?: Page) {
    this.#view = view;
    this.#room = room;
    this.#weigh = weigh;
    const { watermark, part, floor, smsFloor } = begun ?? view;
    this.watermark = watermark;
    this.part = part;
    this.floors = { floor, ...(smsFloor && { smsFloor }) };
    for (const change of begun?.changes ?? []) this.place(change);
  }

  /** Takes the change, or says that the page is full. */
  add(change: Change): boolean {
    const earlier = this.#byId.has(changedId(change));
    const weight = this.#weightOf(change);
    const fits = this.#byId.size === 0 || (this.#bytes + weight <= this.#room.bytes && !this.#late);
    if (!earlier && (this.#byId.size >= this.#room.commands || !fits)) {
      this.full = true;
      return false;
    }
    this.place(change);
    return true;
  }

  /** Takes the change; the caller knows that there is room. A SoftDelete and an Add of one item become a Change, or nothing. */
  place(change: Change): void {
    const id = changedId(change);
    const earlier = this.#byId.get(id);
    const merged = earlier ? this.#merge(earlier, change) : change;
    this.#bytes += this.#weightOf(change);
    if (merged) this.#byId.set(id, merged);
    else this.#byId.delete(id);
  }

  /** Room that is still there, given out to changes that may yet be replaced by others of the same item. */
  counter(): { takes(id: ServerId, change: Change | undefined): boolean } {
    const named = new Map<ServerId, number>();
    let { commands, bytes } = this.free;
    const atStart = this.#byId.size === 0;
    return {
      takes: (id, change) => {
        const before = named.get(id);
        const weight = change ? this.#weightOf(change) : 0;
        const commandsLeft = commands + (before === undefined ? 0 : 1) - (change ? 1 : 0);
        const bytesLeft = bytes + (before ?? 0) - weight;
        const first = atStart && named.size - (before === undefined ? 0 : 1) === 0;
        if (commandsLeft < 0 || (change && !first && (bytesLeft < 0 || this.#late))) return false;
        commands = commandsLeft;
        bytes = bytesLeft;
        if (change) named.set(id, weight);
        else named.delete(id);
        return true;
      },
    };
  }

  get #late(): boolean {
    return this.#room.late?.() ?? false;
  }

  #weightOf(change: Change): number {
    return 'item' in change ? this.#weigh(change.item) : 0;
  }

  #merge(earlier: Change, later: Change): Change | undefined {
    if (later.kind === 'Delete' || later.kind === 'SoftDelete') return later;
    if (earlier.kind !== 'SoftDelete' || later.kind !== 'Add') return later;
    return isEcho(later.item, this.#view.device) ? undefined : { kind: 'Change', item: later.item };
  }

  /** Room for commands of items that are not named yet. */
  get free(): Room {
    return { commands: this.#room.commands - this.#byId.size, bytes: this.#room.bytes - this.#bytes };
  }

  result(): Page {
    const { watermark, part, floors } = this;
    return { changes: [...this.#byId.values()], watermark, ...(part && { part }), ...floors };
  }
}

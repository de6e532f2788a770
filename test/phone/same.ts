import assert from 'node:assert/strict';
import type { ReadEmail } from '../../protocol/index.ts';
import type { Phone } from '../support/phone.ts';

/** Both phones show the same in a folder: the same ServerIds, and of every mail the same properties. */
export function assertSame(one: Phone, other: Phone, folder: string): void {
  const mine = one.items(folder);
  const theirs = other.items(folder);
  assert.deepEqual([...mine.keys()].sort(), [...theirs.keys()].sort(), `the ServerIds of folder ${folder}`);
  const own = new Set([...one.collection(folder).own, ...other.collection(folder).own]);
  for (const [id, item] of mine) {
    const seen = own.has(id) ? ownShown : shown;
    assert.deepEqual(seen(item), seen(theirs.get(id)!), `mail ${id} of folder ${folder}`);
  }
}

/** Everything but what names the item itself: a FileReference moves with it. */
function shown(item: ReadEmail): unknown {
  const { Flag, Categories, Attachments, ...rest } = item;
  const flag = Flag && Object.keys(Flag).length > 0 && Flag.Status !== 0 ? Flag : undefined;
  const files = Attachments?.Attachment.map(({ FileReference: _, ...file }) => file) ?? [];
  const value = { ...rest, Flag: flag, Categories: Categories?.Category ?? [], Attachments: files };
  return JSON.parse(JSON.stringify(value));
}

/** Of what a phone wrote itself, only what the server leaves as it was. */
function ownShown(item: ReadEmail): unknown {
  return { subject: item.Subject ?? '', to: /[^<\s]+@[^>\s]+/.exec(item.To ?? '')?.[0] };
}

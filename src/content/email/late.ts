// What is too long to hold: read from the message piece by piece, when it is sent.
import { type LateBytes, textCheck } from '../../../protocol/index.ts';

/** Reads the message's own bytes: from ≤ byte < to. */
export type ReadRange = (range: { readonly from: number; readonly to: number }) => Promise<Buffer>;

/** Bytes that are held in one piece at the most. */
export const held = 256 * 1024;

/** A range of the message as it stands. It is read twice: once to see whether it may stand as text. */
export async function lateRange(
  range: { readonly from: number; readonly to: number },
  read: ReadRange,
): Promise<LateBytes> {
  const open = () => pieces(range, read);
  return { size: range.to - range.from, open, text: await isAllText(open()) };
}

export async function* pieces(
  { from, to }: { readonly from: number; readonly to: number },
  read: ReadRange,
): AsyncGenerator<Buffer> {
  for (let at = from; at < to; at += held) yield await read({ from: at, to: Math.min(to, at + held) });
}

async function isAllText(all: AsyncIterable<Buffer>): Promise<boolean> {
  const check = textCheck();
  for await (const piece of all) if (piece.includes(0) || !check.take(piece)) return false;
  return check.end();
}

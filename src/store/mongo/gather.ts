// Single questions asked together: what comes while one is under way goes with the next.
import type { BulkWriteOptions, Collection, OptionalUnlessRequiredId } from 'mongodb';
import { MongoBulkWriteError } from 'mongodb';
import { duplicateKey, isDuplicate } from './failure.ts';

interface Asked<In, Out> {
  readonly value: In;
  readonly resolve: (out: Out) => void;
  readonly reject: (error: unknown) => void;
}

/** `ask` answers in the order of what it is given. */
export function gather<In, Out>(
  most: number,
  ask: (values: readonly In[]) => Promise<readonly Out[]>,
): (value: In) => Promise<Out> {
  let waiting: Asked<In, Out>[] = [];
  let under = false;
  const drain = async (): Promise<void> => {
    under = true;
    while (waiting.length > 0) {
      const group = waiting.slice(0, most);
      waiting = waiting.slice(most);
      try {
        const answers = await ask(group.map(({ value }) => value));
        for (const [n, { resolve }] of group.entries()) resolve(answers[n]!);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    under = false;
  };
  return (value) =>
    new Promise((resolve, reject) => {
      waiting.push({ value, resolve, reject });
      if (!under) void drain();
    });
}

/** Of each document, whether it was inserted: false when its key was there. */
export async function insertEach<Doc extends object>(
  to: Collection<Doc>,
  docs: readonly Doc[],
  options: BulkWriteOptions,
): Promise<boolean[]> {
  const inserted = docs.map(() => true);
  try {
    await to.insertMany(docs as OptionalUnlessRequiredId<Doc>[], { ...options, ordered: false });
  } catch (error) {
    // A connection that broke comes as this too, without a word of any document.
    const said = error instanceof MongoBulkWriteError && isDuplicate(error);
    if (!said || error.result.getWriteConcernError()) throw error;
    for (const { code, index } of [error.writeErrors].flat()) {
      if (code !== duplicateKey) throw error;
      inserted[index] = false;
    }
  }
  return inserted;
}

// The members of a large group are thousands: a few are seen to at a time, and the loop has its turn between two of them.
import { setImmediate as turn } from 'node:timers/promises';

/** Enough for a group of commits, and some milliseconds of a turn of the loop. */
const most = 64;

/** As Promise.all of what `work` makes of each. */
export async function sideBySide<In, Out>(values: readonly In[], work: (value: In) => Promise<Out>): Promise<Out[]> {
  const results: Out[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let at = next++; at < values.length; at = next++) {
      results[at] = await work(values[at]!);
      await turn();
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, values.length) }, lane));
  return results;
}

/** As Promise.allSettled. */
export async function settledSideBySide<In, Out>(
  values: readonly In[],
  work: (value: In) => Promise<Out>,
): Promise<PromiseSettledResult<Out>[]> {
  return sideBySide(values, async (value) => (await Promise.allSettled([work(value)]))[0]);
}

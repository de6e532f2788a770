// Lists that wait to be committed, in the order of asking. What is under way is not touched twice at once in this process: no
// account is in two groups, and no blob is named by two, since both would write its count.
import type { List } from '../list/lists.ts';
import { isAlone, wantedBy } from './wanted.ts';

export interface Waiting {
  readonly list: List;
  readonly resolve: (committed: boolean) => void;
  readonly reject: (error: unknown) => void;
}
interface Standing extends Waiting {
  readonly blobs: readonly string[];
}
export interface Line {
  add(waiting: Waiting): void;
  /** What may go together now; it is under way until it leaves. */
  take(): readonly Standing[];
  leave(group: readonly Standing[]): void;
}

const largestGroup = 100;
export function createLine(): Line {
  let line: Standing[] = [];
  const accounts = new Set<number>();
  const blobs = new Set<string>();

  return {
    add: (waiting) => void line.push({ ...waiting, blobs: [...wantedBy([waiting.list]).blobs] }),
    take() {
      const group: Standing[] = [];
      const left: Standing[] = [];
      const passedBy = new Set(accounts);
      for (const waiting of line) {
        const { list } = waiting;
        const free = !passedBy.has(list.account) && waiting.blobs.every((blob) => !blobs.has(blob));
        const first = group[0];
        const fits = first === undefined || (group.length < largestGroup && !isAlone(list) && !isAlone(first.list));
        if (free && fits) group.push(waiting);
        else {
          // Its later lists wait behind this one.
          passedBy.add(list.account);
          left.push(waiting);
        }
      }
      line = left;
      for (const waiting of group) {
        accounts.add(waiting.list.account);
        for (const blob of waiting.blobs) blobs.add(blob);
      }
      return group;
    },
    leave(group) {
      for (const waiting of group) {
        accounts.delete(waiting.list.account);
        for (const blob of waiting.blobs) blobs.delete(blob);
      }
    },
  };
}

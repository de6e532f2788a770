import { chownSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** What root makes in somebody's folder becomes that one's: the server that runs as them must read it. */
export function giveToOwner(path: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(path));
  if (uid !== 0) chownSync(path, uid, gid);
}

/** For its owner alone. True when it was not there. */
export function makeFolder(path: string): boolean {
  if (mkdirSync(path, { recursive: true, mode: 0o700 }) === undefined) return false;
  giveToOwner(path);
  return true;
}

/** An empty one that its owner alone may read, where there is none. */
export function makeFile(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  giveToOwner(path);
}

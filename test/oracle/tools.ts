// Programs of others, run as processes on files of a temporary folder.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** False when all are there, else why a test is skipped: the value of node:test's `skip`. */
export function absent(...programs: readonly string[]): string | false {
  const missing = programs.filter((program) => spawnSync(program, ['--version']).error !== undefined);
  return missing.length > 0 && `${missing.join(', ')} not installed (scripts/oracles.mjs could not)`;
}

export interface Folder extends Disposable {
  readonly path: string;
  /** The full path of a file in it; written when there is content. */
  file(name: string, content?: string | Uint8Array): string;
}

export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'easel-oracle-'));
  return {
    path,
    file(name, content) {
      const full = join(path, name);
      if (content !== undefined) writeFileSync(full, content);
      return full;
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** What a program wrote to its output file; throws with its words when it fails. */
export function convert(program: string, words: readonly string[], output: string): Buffer {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program}: ${stdout}${stderr}`);
  return readFileSync(output);
}

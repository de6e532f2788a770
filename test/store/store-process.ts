// Another process on the same data, running one act of store-child.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type Act = 'increment' | 'everything' | 'remove' | 'storm' | 'stuck';
interface OtherProcess {
  readonly child: ChildProcess;
  /** Its first line was heard. */
  readonly speaks: Promise<void>;
  /** The whole lines it wrote, when it has ended. Fails when it failed, but not when it was killed. */
  readonly finished: Promise<string[]>;
}

const childFile = fileURLToPath(new URL('./store-child.js', import.meta.url));

export function inProcess(place: string, act: Act, ...rest: string[]): OtherProcess {
  const child = spawn(process.execPath, [childFile, place, act, ...rest], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8');
  const speaks = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: string) => {
      text += chunk;
      resolve();
    });
  });
  const finished = new Promise<string[]>((resolve, reject) => {
    child.on('close', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve(text.split('\n').slice(0, -1));
      else reject(new Error(`${act} ended with ${code ?? signal}`));
    });
  });
  return { child, speaks, finished };
}

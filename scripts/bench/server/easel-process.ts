// The real server as a child process, and what the system says of it.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LongestTurn } from '../push/loop-turns.ts';
import type { Door } from './connection.ts';

const main = fileURLToPath(new URL('../../../src/main.js', import.meta.url));
const watcher = new URL('./watch-turns.js', import.meta.url).href;
/** What Linux counts CPU time in for /proc, on every platform that Node runs on. */
const ticksPerSecond = 100;

export interface EaselProcess {
  readonly http: Door;
  readonly https: Door;
  readonly smtpPort: number;
  /** Microseconds of CPU, all threads and workers, since it started. */
  cpu(): number;
  /** Bytes, of all its processes; pages that they share count for each. */
  resident(): number;
  /** The longest turn of each serving process's loop, until the returned function is called. */
  watchTurns(): Promise<() => Promise<LongestTurn[]>>;
  stop(): Promise<void>;
}

/**
 * Serves the store in the folder `data` on free ports of 127.0.0.1; its log goes to `data`/log. EASEL_BENCH_NODE holds flags for
 * its node, say `--cpu-prof`.
 */
export async function startEasel(
  data: string,
  { store = 'sqlite', more = [] }: { readonly store?: string; readonly more?: readonly string[] } = {},
): Promise<EaselProcess> {
  const log = openSync(join(data, 'log'), 'a');
  const listeners = ['http', 'https', 'smtp'].flatMap((name) => [`--${name}`, '127.0.0.1:0']);
  const flags = process.env.EASEL_BENCH_NODE?.split(' ') ?? [];
  const child = spawn(
    process.execPath,
    [...flags, '--import', watcher, main, 'serve', '--data', data, ...listeners, ...more],
    {
      stdio: ['ignore', 'pipe', log],
      env: {
        ...process.env,
        EASEL_STORE: store,
        EASEL_LOG_LEVEL: 'warn',
        EASEL_DEVICE_RATE: '0',
        EASEL_BENCH_TURNS: data,
      },
    },
  );
  closeSync(log);
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const line = await readyLine(child);
  const port = (name: string) => Number(new RegExp(`${name}=\\S*?:(\\d+)(?:\\s|$)`).exec(line)?.[1]);
  return {
    http: { port: port('http'), tls: false },
    https: { port: port('https'), tls: true },
    smtpPort: port('smtp'),
    cpu: () => sum(withWorkers(child.pid!).map(cpuOf)),
    resident: () => sum(withWorkers(child.pid!).map(residentOf)),
    watchTurns: async () => {
      const [parent, ...workers] = withWorkers(child.pid!);
      const serving = workers.length > 0 ? workers : [parent!];
      await signalled(serving, data, '.begun');
      return async () => {
        await signalled(serving, data, '');
        return serving.map((pid) => JSON.parse(readFileSync(join(data, String(pid)), 'utf8')) as LongestTurn);
      };
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      process.off('exit', kill);
    },
  };
}

async function readyLine(child: ChildProcess): Promise<string> {
  return await new Promise((resolve, reject) => {
    let text = '';
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (/^easel ready.*\n/m.test(text)) resolve(text); // what V8 traces stands before it
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code} before it was ready`)));
  });
}

function cpuOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The program's name stands in parentheses and may hold spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1_000_000) / ticksPerSecond;
}

function residentOf(pid: number): number {
  return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** The process, then its children. */
function withWorkers(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return [pid, ...(children === '' ? [] : children.split(' ').map(Number))];
}

async function signalled(pids: readonly number[], folder: string, ending: string): Promise<void> {
  for (const pid of pids) {
    const file = join(folder, `${pid}${ending}`);
    rmSync(file, { force: true });
    process.kill(pid, 'SIGUSR2');
    while (!existsSync(file)) await sleep(5);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

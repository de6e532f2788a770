import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { CliError } from './context.ts';

/** Asked twice on a terminal without showing it, else the first line of stdin when `--password-stdin` says so. */
export async function readPassword(options: { passwordStdin?: boolean }): Promise<string> {
  const password = options.passwordStdin ? await fromStdin() : await fromTerminal();
  if (password === '') throw new CliError('the password is empty');
  return password;
}

async function fromStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8').split(/\r?\n/, 1)[0]!;
}

async function fromTerminal(): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new CliError('there is no terminal to ask for the password; give it with --password-stdin', 2);
  }
  const password = await askHidden('Password: ');
  if ((await askHidden('Again: ')) !== password) throw new CliError('the two are not the same');
  return password;
}

function askHidden(question: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
    process.stderr.write(question);
    lines.once('SIGINT', () => {
      lines.close();
      process.stderr.write('\n');
      reject(new CliError('given up', 130));
    });
    lines.question('', (answer) => {
      lines.close();
      process.stderr.write('\n');
      resolve(answer);
    });
  });
}

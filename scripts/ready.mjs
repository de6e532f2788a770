// Makes a checkout ready to run: installs when package.json or the lock is newer than what is installed, then compiles.
// Plain JavaScript, because nothing is compiled yet when it runs.
import { spawnSync } from 'node:child_process';
import { statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modified = (file) => statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error) console.error(`easel: cannot run ${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

const installed = modified('node_modules/.package-lock.json');
if (installed < modified('package.json') || installed < modified('package-lock.json')) {
  // Not `npm ci`: a lock written on one platform misses the optional binaries of the others.
  run('npm', ['install', '--include=dev', '--no-audit', '--no-fund']);
  utimesSync(join(root, 'node_modules/.package-lock.json'), new Date(), new Date()); // npm leaves it when nothing changed
}
run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root]);

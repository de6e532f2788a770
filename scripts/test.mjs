// `npm test`: the layers, the citations, the linter, other people's programs to compare with, then every test file of dist/test, by name. `--long` runs the full numbers.
// Node 20 knows no globs and calls an empty list green, hence the explicit list and the check that it is not empty.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const long = process.argv.includes('--long');
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));

function run(command, args, env = {}) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) process.exit(status ?? 1);
}

run(process.execPath, [join(root, 'dist/scripts/check-layers.js')]);
run(process.execPath, [join(root, 'dist/scripts/check-spec.js')]);
run(process.execPath, [join(root, 'node_modules/@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']);

run(process.execPath, [join(root, 'scripts/oracles.mjs')]);
run(process.execPath, [join(root, 'dist/scripts/mongod.js')]);

const folder = join(root, 'dist/test');
const compiled = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.test.js'));
// A test whose source is gone stays in dist until it is removed: only what has a source counts.
const files = compiled
  .filter((file) => existsSync(join(root, 'test', file.replace(/\.js$/, '.ts'))))
  .filter((file) => wanted.length === 0 || wanted.some((name) => file.includes(name)))
  .map((file) => join(folder, file))
  .sort();
if (files.length === 0) {
  console.error(`no tests found in ${relative(root, folder)}`);
  process.exit(1);
}
// A file that never ends (a test that failed and left a server open) must fail, not hang the run.
const minutes = long ? 30 : 8;
const flags = ['--test', '--test-concurrency=2', `--test-timeout=${minutes * 60_000}`];
run(process.execPath, [...flags, ...files], long ? { EASEL_LONG: '1' } : {});

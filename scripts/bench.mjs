// `npm run bench -- NAME`: runs dist/scripts/bench/NAME.js; without a name it lists the benches.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const [name, ...rest] = process.argv.slice(2);
const names = readdirSync(join(here, 'bench'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => basename(file, '.ts'))
  .sort();
if (!names.includes(name)) {
  console.error(`usage: npm run bench -- NAME\nbenches: ${names.join(', ')}`);
  process.exit(name === undefined ? 0 : 2);
}
const compiled = join(dirname(here), 'dist/scripts/bench', `${name}.js`);
if (!existsSync(compiled)) {
  console.error(`${compiled} is missing: run npm run bench, which compiles first`);
  process.exit(1);
}
process.exit(spawnSync(process.execPath, [compiled, ...rest], { stdio: 'inherit' }).status ?? 1);

#!/usr/bin/env node
// The `easel` command. Builds first when there is no build, so that `npx easel` works in every order.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const main = join(dirname(here), 'dist/src/main.js');
if (!existsSync(main)) {
  const { status } = spawnSync(process.execPath, [join(here, 'ready.mjs')], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
await import(pathToFileURL(main).href);

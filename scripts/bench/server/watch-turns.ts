// Loaded into each server process before the server: at a SIGUSR2 it begins to watch the loop's turns, at the next one it
// writes the longest into the folder that EASEL_BENCH_TURNS names.
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { watchTurns } from '../push/loop-turns.ts';

const folder = process.env.EASEL_BENCH_TURNS!;
let stop: ReturnType<typeof watchTurns> | undefined;

process.on('SIGUSR2', () => {
  const file = join(folder, `${process.pid}${stop ? '' : '.begun'}`);
  const text = stop ? JSON.stringify(stop()) : '';
  stop = stop ? undefined : watchTurns();
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
});

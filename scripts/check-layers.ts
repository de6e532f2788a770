/**
 * The house rules that a script can check: who may import whom, no import cycles, sizes. The rooms and their doors are
 * the table below; `architecture` of a room is one row. Prints each breach and ends with 1, or prints nothing.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** Room → rooms it may import beside itself. Everyone may import `domain`'s types and the passed-in log, clock, metrics. */
const doors: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  'src/domain': ['protocol'],
  'src/store': ['src/domain'],
  'src/content': ['protocol', 'src/domain'],
  'src/sync': ['src/domain', 'src/store/port.ts'],
  'src/push': ['src/domain', 'src/store/port.ts', 'src/sync'],
  'src/delivery': ['src/domain', 'src/store/port.ts', 'src/content'],
  'src/commands': [
    'protocol',
    'src/domain',
    'src/store/port.ts',
    'src/content',
    'src/sync',
    'src/push',
    'src/delivery/deliver.ts',
    'src/delivery/find-meetings.ts',
  ],
  'src/endpoint': ['protocol', 'src/domain', 'src/store/port.ts', 'src/commands', 'src/push'],
  'src/admin': ['src/domain', 'src/store/port.ts', 'src/content', 'src/sync', 'src/delivery/deliver.ts'],
  'src/http': ['protocol', 'src/domain', 'src/store/port.ts', 'src/endpoint', 'src/admin'],
  'src/config': ['src/domain'],
  'src/cli': [
    'protocol',
    'src/domain',
    'src/admin',
    'src/store/open.ts',
    'src/store/port.ts',
    'src/config',
    'src/server.ts',
  ],
  'src/main.ts': ['src/cli'],
  'src/log.ts': [],
  'src/buckets.ts': [],
  'src/clock.ts': [],
  'src/closing.ts': [],
  'src/metrics.ts': [],
  'src/sealer.ts': [],
  'src/trust.ts': [],
  'src/tally.ts': [],
};
const passedIn = [
  'src/log.ts',
  'src/buckets.ts',
  'src/clock.ts',
  'src/closing.ts',
  'src/metrics.ts',
  'src/sealer.ts',
  'src/trust.ts',
  'src/tally.ts',
  'src/config',
];
/** Where everything meets: exempt from the doors and the import count. */
const compositionRoots = ['src/server.ts'];
/** Lists, one line an entry, and an engine's own composition root. */
const registries = [/\/index\.ts$/, /\/open\.ts$/, /^protocol\/(pages|classes|commands)\//, /\/schema\.ts$/];
/** Types cost a reader nothing: only imported values count. */
const sizes = { file: 400, imports: 14 };

interface Source {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly { readonly path: string; readonly typeOnly: boolean }[];
}

function sources(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => read(`${folder}/${file}`));
}

function read(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const found = text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+'(\.[^']+)'/gms);
  const imports = [...found].map(([, typeOnly, target]) => ({
    path: normalize(join(dirname(path), target ?? '')),
    typeOnly: typeOnly !== undefined,
  }));
  return { path, text, imports };
}

function roomOf(path: string): string | undefined {
  return Object.keys(doors).find((room) => path === room || path.startsWith(`${room}/`));
}

function breaches(source: Source): string[] {
  const { path, text, imports } = source;
  if (compositionRoots.includes(path)) return [];
  const room = roomOf(path);
  if (room === undefined) return [`${path}: stands in no room`];
  const open = [room, ...(doors[room] ?? []), ...(room === 'protocol' ? [] : passedIn)];
  const closed = imports
    .filter((target) => !open.some((door) => target.path === door || target.path.startsWith(`${door}/`)))
    .map((target) => `${path}: ${room} may not import ${target.path}`);
  const exempt = registries.some((pattern) => pattern.test(path));
  const lines = text.split('\n').length;
  const long = lines > sizes.file && !exempt ? [`${path}: ${lines} lines (${sizes.file} at most)`] : [];
  const values = imports.filter(({ typeOnly }) => !typeOnly).length;
  const many = values > sizes.imports && !exempt ? [`${path}: ${values} imports (${sizes.imports} at most)`] : [];
  return [...closed, ...long, ...many];
}

/** Cycles of value imports; types may point both ways. */
function cycles(all: readonly Source[]): string[] {
  const byPath = new Map(all.map((source) => [source.path, source]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      found.push(`import cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' → ')}`);
      return;
    }
    if (done.has(path)) return;
    for (const target of byPath.get(path)?.imports ?? []) if (!target.typeOnly) visit(target.path, [...trail, path]);
    done.add(path);
  };
  for (const { path } of all) visit(path, []);
  return found;
}

const all = [...sources('protocol'), ...sources('src')];
const wrong = [...all.flatMap(breaches), ...cycles(all)];
for (const line of wrong) console.error(line);
process.exitCode = wrong.length === 0 ? 0 : 1;

/**
 * Every citation is checked against protocol/spec.tsv: `[MS-ASCMD] 2.2.1.21 Sync` needs a row of that document and section
 * with that title, `[MS-ASCMD] R976` or `MS-ASCMD_R976` a row of that requirement. Every page, command and class must cite
 * where it is described. Prints each breach and ends with 1, or prints nothing.
 *
 * `--write` makes protocol/spec.tsv anew from requirements.tsv of the reference folder (EASEL_REFERENCE): all sections of the
 * documents, and of the requirements those that are cited.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const table = join(root, 'protocol/spec.tsv');
const head = 'document\trevision\tsection\ttitle';
const scanned = ['protocol', 'src', 'test', 'scripts'];
/** Speaks of citations in its own comments. */
const exempt = new Set(['scripts/check-spec.ts']);

interface Source {
  readonly path: string;
  readonly text: string;
}

interface Citation {
  readonly where: string;
  readonly document: string;
  /** `2.2.1.21`, or `R976`. */
  readonly section: string;
  /** What follows; undefined for a requirement. */
  readonly rest: string | undefined;
}

function sources(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file}`)
    .filter((path) => path.endsWith('.ts') && !exempt.has(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** The text with the marks of wrapped comments taken out, so that a citation may run over a line's end. */
function unwrapped(text: string): string {
  return text.replace(/\n[ \t]*(?:\*(?!\/)|\/\/)[ \t]?/g, (mark) => ` ${' '.repeat(mark.length - 1)}`);
}

function citations({ path, text }: Source): Citation[] {
  const flat = unwrapped(text);
  const found: Citation[] = [];
  const add = (index: number, document: string, section: string, rest?: string): void => {
    found.push({ where: `${path}:${text.slice(0, index).split('\n').length}`, document, section, rest });
  };
  for (const match of flat.matchAll(/\[(MS-AS[A-Z]+)\]\s+(?=\d)/g)) {
    // More sections of the document may follow: `2.2.2.3 ConversationId and 2.2.2.4 ConversationIndex`.
    let index = match.index + match[0].length;
    for (;;) {
      const section = /^\d+(?:\.\d+)*/.exec(flat.slice(index))![0];
      const rest = flat.slice(index + section.length, index + section.length + 160);
      add(index, match[1]!, section, rest);
      const next = /^[^[\]`*\n.;:]{0,100}?(?:,|\band\b|\bor\b)\s+(?=\d+\.\d+(?:\.\d+)*\s+[A-Za-z])/.exec(rest);
      if (next === null) break;
      index += section.length + next[0].length;
    }
  }
  for (const match of flat.matchAll(/\[(MS-AS[A-Z]+)\]\s+(R\d+(?:(?:,| and| to)\s+R\d+)*)/g)) {
    for (const [id] of match[2]!.matchAll(/R\d+/g)) add(match.index, match[1]!, id);
  }
  for (const match of flat.matchAll(/(MS-AS[A-Z]+)_(R\d+)/g)) add(match.index, match[1]!, match[2]!);
  return found;
}

const same = (text: string): string => text.replace(/\s+/g, ' ').replace(/ ?\(/g, ' (').trim();

function breach({ where, document, section, rest }: Citation, titles: ReadonlyMap<string, string>): string[] {
  const title = titles.get(`${document} ${section}`);
  const cited = `[${document}] ${section}`;
  if (title === undefined) return [`${where}: ${cited} is not in protocol/spec.tsv`];
  if (rest === undefined) return [];
  const told = same(rest);
  const after = told[title.length] ?? '';
  return told.startsWith(title) && !/[A-Za-z0-9]/.test(after) ? [] : [`${where}: ${cited} is titled "${title}"`];
}

const camel = (name: string): string => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The comment above what a file is about: the export of its own name, or the first export with a comment. */
function firstComment({ path, text }: Source): string | undefined {
  const comments = [
    ...text.matchAll(/(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\s*\nexport (?:async )?(?:const|function) (\w+)/g),
  ];
  const named = comments.find(([, , name]) => name === camel(basename(path, '.ts')));
  return (named ?? comments[0])?.[1];
}

/** Files that hold one page, command or class each. */
const described = /^(?:protocol\/(?:pages|commands|classes)|src\/commands)\/([\w-]+)\.ts$/;
const otherFiles = new Set(['index', 'page', 'status', 'strict', 'enumerations', 'ghosting']);

function uncited(source: Source, commandFiles: ReadonlySet<string>): string[] {
  const name = described.exec(source.path)?.[1];
  if (name === undefined || otherFiles.has(name)) return [];
  const ofCommand = source.path.startsWith('src/');
  if (ofCommand && !commandFiles.has(name)) return [];
  const opening = /^(?:\/\/.*\n)+/.exec(source.text)?.[0];
  const comment = ofCommand ? `${opening ?? ''}${firstComment(source) ?? ''}` : firstComment(source);
  return comment !== undefined && /\[MS-AS[A-Z]+\] \d/.test(comment)
    ? []
    : [`${source.path}: its first docstring cites no section`];
}

function readTable(): Map<string, string> {
  const [first, ...lines] = readFileSync(table, 'utf8').trimEnd().split('\n');
  if (first !== head) throw new Error('protocol/spec.tsv: another head line is expected');
  return new Map(
    lines.map((line) => {
      const [document, , section, title] = line.split('\t');
      return [`${document} ${section}`, title!];
    }),
  );
}

/** The release of each document that the table of requirements was made from. */
const revisions: Readonly<Record<string, string>> = {
  'MS-ASAIRS': '2021-11-16',
  'MS-ASCAL': '2018-10-01',
  'MS-ASCMD': '2019-06-18',
  'MS-ASCNTC': '2018-10-01',
  'MS-ASCON': '2018-10-01',
  'MS-ASDOC': '2018-10-01',
  'MS-ASDTYPE': 'unknown',
  'MS-ASEMAIL': '2018-10-01',
  'MS-ASHTTP': '2024-04-16',
  'MS-ASNOTE': '2018-10-01',
  'MS-ASPROV': '2018-12-11',
  'MS-ASRM': '2018-10-01',
  'MS-ASTASK': '2018-12-11',
  'MS-ASWBXML': '2019-03-19',
};
/** Sections that no requirement stands in, or whose wording there is not the title. */
const added: readonly (readonly [string, string, string])[] = [
  ['MS-ASDTYPE', '2.7.2', 'Compact DateTime'],
  ['MS-ASWBXML', '2.1.2.1.4', 'Code Page 3: AirNotify'],
  ['MS-ASWBXML', '2.1.2.1.26', 'Code Page 25: Find'],
  ['MS-ASHTTP', '3.1.5.1', 'Handling a Successful Response'],
];

/** Requirements begin with `[In Title]`; the title of a section is the one that most of its requirements name. */
function makeTable(requirements: string, cited: ReadonlySet<string>): string {
  const votes = new Map<string, Map<string, number>>();
  const sectionOf = new Map<string, string>();
  for (const line of requirements.split('\n').slice(1)) {
    const [, id, section, description] = line.split('\t');
    const document = /^(MS-AS[A-Z]+)_R\d+/.exec(id ?? '')?.[1];
    if (document === undefined || section === undefined) continue;
    sectionOf.set(id!.replace('_', ' '), section);
    const title = /^\[In ([^[\]]+)\]/.exec(description ?? '')?.[1];
    if (title === undefined) continue;
    const counts = votes.get(`${document} ${section}`) ?? new Map<string, number>();
    counts.set(same(title), (counts.get(same(title)) ?? 0) + 1);
    votes.set(`${document} ${section}`, counts);
  }
  const titles = new Map([...votes].map(([key, counts]) => [key, [...counts].sort((a, b) => b[1] - a[1])[0]![0]]));
  for (const [document, section, title] of added) titles.set(`${document} ${section}`, title);
  for (const id of cited) {
    const section = sectionOf.get(id);
    if (section !== undefined)
      titles.set(id, `in ${section} ${titles.get(`${id.split(' ')[0]} ${section}`) ?? ''}`.trim());
  }
  const rows = [...titles].map(([key, title]) => {
    const [document, section] = key.split(' ');
    return [document!, revisions[document!] ?? 'unknown', section!, title] as const;
  });
  rows.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : bySection(a[2], b[2])));
  return `${[head, ...rows.map((row) => row.join('\t'))].join('\n')}\n`;
}

/** Sections in their order, then requirements by number. */
function bySection(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

const all = scanned.flatMap(sources);
const cited = all.flatMap(citations);
if (process.argv.includes('--write')) {
  const reference = process.env.EASEL_REFERENCE ?? join(root, '../shared/reference');
  const requirements = readFileSync(join(reference, 'requirements.tsv'), 'utf8');
  const ids = cited.filter(({ section }) => section.startsWith('R')).map((each) => `${each.document} ${each.section}`);
  writeFileSync(table, makeTable(requirements, new Set(ids)));
}
const titles = existsSync(table) ? readTable() : new Map<string, string>();
const commandFiles = new Set(
  all.filter(({ path }) => /^protocol\/commands\//.test(path)).map(({ path }) => basename(path, '.ts')),
);
for (const each of ['send-mail', 'smart-reply', 'smart-forward']) commandFiles.add(each);
const wrong = [
  ...cited.flatMap((each) => breach(each, titles)),
  ...all.flatMap((source) => uncited(source, commandFiles)),
];
for (const line of wrong) console.error(line);
process.exitCode = wrong.length === 0 ? 0 : 1;

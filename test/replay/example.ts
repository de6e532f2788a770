// Plays an example of MS-ASCMD: its request as it stands (ids and keys in place of its own), and its answer beside ours:
// the same elements in the same order, the same Status, the same texts. What differs is data, with its reason.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CommandName,
  decode,
  type Element,
  encodeToBuffer,
  readMultipart,
  tagName,
} from '../../protocol/index.ts';
import { type Phone, rootOf } from '../support/endpoint.ts';

const folder = join(process.env.EASEL_TRACES ?? join(process.cwd(), '..', 'shared', 'traces'), 'ms-ascmd-examples');
export const skip = existsSync(folder) ? false : 'the traces folder (EASEL_TRACES) is absent';

const derived = /^activesync-ms-ascmd-(\d+)\.xml\.derived\.wbxml$/;
export const examples = (): string[] => readdirSync(folder).flatMap((name) => derived.exec(name)?.[1] ?? []);

export function example(number: string): Element {
  return decode(readFileSync(join(folder, `activesync-ms-ascmd-${number}.xml.derived.wbxml`))).root;
}

/** Other values for elements, by their names; undefined leaves the value. */
export type Texts = Readonly<Record<string, string | Buffer | ((text: string) => string | undefined)>>;
function adapted(element: Element, texts: Texts): Element {
  const told = texts[tagName(element.tag)];
  const { value } = element;
  const next = typeof told === 'function' ? told(String(value ?? '')) : told;
  const children = element.children.map((child) => adapted(child, texts));
  return { ...element, children, ...(children.length === 0 && next !== undefined && { value: next }) };
}

/** What items say, in any order: they are choices or `all` in the schemas of the documents. */
const unordered = new Set(['ApplicationData', 'Properties', 'Exception']);

/** Ends of paths that only the example's or only our answer has, or whose texts differ (or `Name: its text`), and why. */
export interface Differs {
  readonly lacks?: Readonly<Record<string, string>>;
  readonly more?: Readonly<Record<string, string>>;
  readonly texts?: Readonly<Record<string, string>>;
  readonly order?: Readonly<Record<string, string>>;
  /** An element of theirs that is another one of ours. */
  readonly instead?: readonly [theirs: string, ours: string, why: string];
}

/** What each server makes by itself. */
const made: Differs['texts'] = {
  ...{ SyncKey: 'a key', ServerId: 'an id', CollectionId: 'an id', FileReference: 'an id', LongId: 'an id' },
  ...{ SrcMsgId: 'an id', DstMsgId: 'an id', CalendarId: 'an id', RequestId: 'an id' },
  ...{ ConversationId: 'an id', ConversationIndex: 'a time' },
};

interface Leaf {
  readonly path: string;
  readonly text: string;
}
/** Its elements in their order; a Status has its value in the path. */
function leavesOf(root: Element, instead?: Differs['instead'], above = ''): Leaf[] {
  const name = tagName(root.tag);
  const path = `${above}/${name === instead?.[0] ? instead[1] : name}`;
  const text = Buffer.isBuffer(root.value)
    ? '...'
    : String(root.value ?? '')
        .replace(/\s+/g, ' ')
        .trim();
  const own = path.endsWith('/Status') ? { path: `${path} ${text}`, text: '' } : { path, text };
  return [own, ...root.children.flatMap((child) => leavesOf(child, instead, path))];
}
const isListed = (path: string, list: Readonly<Record<string, string>> = {}) =>
  Object.keys(list).some((one) => path.endsWith(`/${one}`) || path.includes(`/${one}/`));

/** `parent: one < other` for any two of its children in their order. */
function pairsOf(root: Element, above = ''): string[] {
  const path = `${above}/${tagName(root.tag)}`;
  const names = unordered.has(tagName(root.tag)) ? [] : [...new Set(root.children.map(({ tag }) => tagName(tag)))];
  const pairs = names.flatMap((one, i) => names.slice(i + 1).map((other) => `${path}: ${one} < ${other}`));
  return [...pairs, ...root.children.flatMap((child) => pairsOf(child, path))];
}
/** Pairs of theirs that ours has the other way round. */
function turned(ours: Element, theirs: Element): string[] {
  const own = new Set(pairsOf(ours));
  return [...new Set(pairsOf(theirs))].filter((pair) => {
    const [path, one, other] = pair.split(/: | < /);
    return !own.has(pair) && own.has(`${path}: ${other} < ${one}`);
  });
}

export function compare(ours: Element, theirs: Element, differs: Differs = {}): Record<string, readonly string[]> {
  const [own, other] = [leavesOf(ours), leavesOf(theirs, differs.instead)];
  const only = (some: readonly Leaf[], others: readonly Leaf[], list: Differs['more']) => {
    const there = new Set(others.map(({ path }) => path));
    return [...new Set(some.map(({ path }) => path))].filter((path) => !there.has(path) && !isListed(path, list));
  };
  const told = new Set(own.map(({ path, text }) => `${path} ${text}`));
  const paths = new Set(own.map(({ path }) => path));
  const texts = other.filter(
    ({ path, text }) =>
      text !== '' &&
      text !== '...' &&
      paths.has(path) &&
      !told.has(`${path} ${text}`) &&
      ![path, `${path}: ${text}`].some((one) => isListed(one, { ...made, ...differs.texts })),
  );
  return {
    order: turned(ours, theirs).filter((pair) => !isListed(pair.split(':')[0]!, differs.order)),
    lacks: only(other, own, differs.lacks),
    more: only(own, other, differs.more),
    texts: texts.map(({ path, text }) => `${path}: ${text}, and not ${own.find((one) => one.path === path)?.text}`),
  };
}

export const played = new Set<string>();
export interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  /** What texts alone do not adapt. */
  readonly request?: (request: Element) => Element;
  /** What happens while the answer is held. */
  readonly meanwhile?: () => Promise<void>;
}

/** The bytes of the answer: none, where the example has none. */
export async function send(phone: Phone, asked: string, texts: Texts, more: Asked = {}): Promise<Element | undefined> {
  played.add(asked);
  const request = adapted(more.request?.(example(asked)) ?? example(asked), texts);
  const command = tagName(request.tag) as CommandName;
  const body = encodeToBuffer(request);
  const answer = phone.send(command, { body, ...(more.headers && { headers: more.headers }) });
  await more.meanwhile?.();
  const response = await answer;
  assert.equal(response.status, 200);
  if (response.headers['Content-Type'] !== 'application/vnd.ms-sync.multipart') return rootOf(response);
  return decode(readMultipart(Buffer.concat(response.body as Buffer[]))![0]!).root;
}

export async function play(
  phone: Phone,
  [asked, answered]: readonly [string, string],
  texts: Texts,
  differs: Differs = {},
  more: Asked = {},
): Promise<Element> {
  const root = await send(phone, asked, texts, more);
  assert.ok(root, `${asked}: an answer`);
  played.add(answered);
  const found = compare(root, example(answered), differs);
  assert.deepEqual(found, { order: [], lacks: [], more: [], texts: [] }, `${asked} is answered as ${answered}`);
  return root;
}

export function elementsIn(root: Element, name: string): Element[] {
  return tagName(root.tag) === name ? [root] : root.children.flatMap((child) => elementsIn(child, name));
}
export function textIn(root: Element, name: string): string {
  const [first] = elementsIn(root, name);
  assert.ok(typeof first?.value === 'string', `there is a ${name}`);
  return first.value;
}

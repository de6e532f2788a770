// [MS-ASCMD] 2.2.1.16 Search: mails by their words, people of the address list; of documents it has none.
import {
  buildLongId,
  documentQuery,
  galProperties,
  type MailboxQuery,
  mailboxQuery,
  pages,
  parseDate,
  rank,
  read,
  type SearchRequest,
  type SearchResponse,
  search,
  type Version,
  write,
} from '../../protocol/index.ts';
import { retagged, textOf } from '../../protocol/wbxml/element.ts';
import { parseQuery } from '../content/email/query.ts';
import type { ItemClass } from '../domain/collection.ts';
import { isEasError } from '../domain/errors.ts';
import type { ConversationId } from '../domain/ids.ts';
import type { LivingItem } from '../domain/item.ts';
import type { RenderOptions } from '../domain/sync-record.ts';
import { findPeople } from './address-list.ts';
import { renderOptionsOf } from './body-preference.ts';
import { type Context, defineCommand } from './define.ts';
import { everything, findItems, parseRange } from './hits.ts';
import { kindOf } from './item-kinds.ts';
import { snapshot } from './result-sets.ts';

type Store = SearchRequest['Store'];
type Answer = NonNullable<SearchResponse['Response']>['Store'];

/** [MS-ASCMD] 2.2.3.177.13 Status (Search), of the store. */
const status = {
  done: 1,
  invalid: 2,
  badLink: 4,
  denied: 5,
  notFound: 6,
  tooComplex: 8,
  foldersFirst: 11,
  endOfRange: 12,
} as const;
const most = 100;
const mostDocuments = 1000;
/** MS-ASCMD_R6288, R6289: the classes that a version finds. */
const classesSince = {
  ...{ Email: '12.0', Calendar: '12.0', Contacts: '12.0', Tasks: '12.0' },
  ...{ Notes: '14.0', SMS: '14.0' },
} as const satisfies Readonly<Record<ItemClass, Version>>;

export const searchCommand = defineCommand({
  name: 'Search',
  ...search,
  body: 'required',
  handle: async (context, request): Promise<SearchResponse> => {
    const { Store } = request!;
    const answerOf = stores[Store.Name.toLowerCase()];
    return { Status: 1, Response: { Store: answerOf ? await answerOf(context, Store) : refused(status.invalid) } };
  },
});

const stores: Readonly<Record<string, (context: Context, store: Store) => Promise<Answer>>> = {
  mailbox: searchMailbox,
  gal: searchAddressList,
  documentlibrary: async (context, store) => refused(documentStatus(context, store)),
};

function refused(Status: number): Answer {
  return { Status, Result: [] };
}

/** [MS-ASDOC] 2.2.2.8 LinkId: one link is looked for by its address. There are no documents here, whatever the address. */
function documentStatus({ version }: Context, { Query, Options }: Store): number {
  const { value } = read(documentQuery, Query, { version });
  const link = value.EqualTo?.LinkId ? value.EqualTo.Value : undefined;
  const range = parseRange(Options?.Range, `0-${mostDocuments - 1}`);
  if (link === undefined || !range) return status.invalid;
  if (range.to >= mostDocuments) return status.endOfRange;
  return /^(?:\\\\[^\\]+\\|https?:\/\/[^/])/i.test(link) ? status.denied : status.badLink;
}

async function searchAddressList(context: Context, { Query, Options }: Store): Promise<Answer> {
  const range = parseRange(Options?.Range, `0-${most - 1}`);
  if (!range) return refused(status.invalid);
  if (range.to >= most) return refused(status.endOfRange);
  const { entries, total } = await findPeople(context, textOf(Query), { ...range, most }, Options?.Picture);
  const { version } = context;
  return {
    Status: status.done,
    Result: entries.map((person) => ({ Properties: write(galProperties, person, { version }) })),
    ...bounds(range.from, entries.length, total),
  };
}

async function searchMailbox(context: Context, { Query, Options }: Store): Promise<Answer> {
  const { value: query, unknown } = read(mailboxQuery, Query, { version: context.version });
  if (unknown.length > 0) return refused(status.invalid);
  const asked = simple(query);
  if (!asked) return refused(status.tooComplex);
  const wanted = wantedOf(Options);
  const range = parseRange(Options?.Range, `0-${most - 1}`);
  const dates = datesOf(asked);
  const classes = classesOf(context.version, asked.Class);
  // MS-ASCMD_R5815: of conversations one alone, while of all else the first counts.
  if (!wanted || !range || !dates || classes.length === 0 || asked.ConversationId.length > 1)
    return refused(status.invalid);
  if (range.to >= most) return refused(status.endOfRange);
  const text = asked.FreeText.join(' ');
  const [conversation] = asked.ConversationId;
  const key = JSON.stringify([asked, Options?.DeepTraversal ?? false]);
  const found = await snapshot(context, { key, goesOn: range.from > 0 && !Options?.RebuildResults }, (reader) =>
    findItems(reader, {
      ...{ ...dates, deep: Options?.DeepTraversal ?? false, most, classes },
      alternatives: asked.FreeText.length === 0 ? everything : parseQuery(text, context.clock.now()),
      folders: asked.CollectionId.filter((id) => id !== '0'),
      conversation: conversation && (Buffer.from(conversation).toString('hex') as ConversationId),
    }),
  );
  if (!found) return refused(status.foldersFirst);
  const shown = found.slice(range.from, range.to + 1);
  const Result = await Promise.all(shown.map((item) => resultOf(context, item, wanted)));
  return {
    Status: status.done,
    // [MS-ASCMD] R3850: nothing found is one empty Result.
    Result: Result.length === 0 ? [{}] : Result,
    ...bounds(range.from, shown.length, found.length),
  };
}

/** Those that are named, else all that the version has. */
function classesOf(version: Version, named: readonly string[]): ItemClass[] {
  const all = Object.entries(classesSince) as [ItemClass, Version][];
  const served = all.flatMap(([name, since]) => (rank(version) >= rank(since) ? [name] : []));
  return named.length === 0 ? served : served.filter((name) => named.includes(name));
}

/** One And of plain terms, which is all that the protocol allows. */
function simple(query: MailboxQuery): MailboxQuery['And'][number] | undefined {
  const [and, ...more] = query.And;
  const outside = [query.Class, query.CollectionId, query.FreeText, query.ConversationId, query.GreaterThan];
  const isPlain = [...outside, query.LessThan, query.Or, more].every((list) => list === undefined || list.length === 0);
  return isPlain && and && and.And.length + and.Or.length === 0 ? and : undefined;
}

/** Undefined when one cannot be read. */
function datesOf({ GreaterThan, LessThan }: MailboxQuery['And'][number]) {
  const [after, before] = [GreaterThan[0], LessThan[0]].map((bound) => bound && parseDate(bound.Value ?? ''));
  if ((GreaterThan.length > 0 && after === undefined) || (LessThan.length > 0 && before === undefined))
    return undefined;
  return { after, before };
}

/** MS-ASAIRS_R10033 to R10036: undefined for preferences that cannot be. */
function wantedOf(options: Store['Options']): RenderOptions | undefined {
  try {
    return renderOptionsOf(options);
  } catch (error) {
    if (isEasError(error, 'invalid-request')) return undefined;
    throw error;
  }
}

async function resultOf(
  context: Context,
  item: LivingItem,
  options: RenderOptions,
): Promise<NonNullable<Answer['Result']>[number]> {
  const data = await kindOf(item).whole(context, item, options);
  return {
    Class: item.class,
    LongId: buildLongId(item.collection, item.id),
    CollectionId: item.collection,
    Properties: retagged(data, pages.search.Properties),
  };
}

/** What is shown of how many; nothing shown is `0-0` of 0, which some phones wait for. */
function bounds(from: number, shown: number, total: number): Pick<Answer, 'Range' | 'Total'> {
  return { Range: shown === 0 ? '0-0' : `${from}-${from + shown - 1}`, Total: shown === 0 ? 0 : total };
}

// [MS-ASCMD] 2.2.1.2 Find: as Search, but mails by the ids that Sync gave them, and in short.
import { type FindRequest, type FindResponse, find } from '../../protocol/index.ts';
import { parseAddressText } from '../content/email/address.ts';
import { dateTime } from '../content/email/application-data.ts';
import { parseQuery } from '../content/email/query.ts';
import { isMail, type Mail } from '../domain/item.ts';
import { findPeople, type Span } from './address-list.ts';
import { type Context, defineCommand } from './define.ts';
import { findMail, parseRange } from './hits.ts';
import { hasSnapshot, snapshot } from './result-sets.ts';

type Execute = FindRequest['ExecuteSearch'];
type Answer = NonNullable<FindResponse['Response']>;

/** [MS-ASCMD] 2.2.3.177.2 Status (Find); the last one is of the Response. */
const status = { done: 1, invalid: 2, foldersFirst: 3, beginAtZero: 4 } as const;
/** MS-ASCMD_R45251801, R45251807: what every Response names, also one of people. */
const Store = 'Mailbox';
const most = 1000;
/** MS-ASCMD_R10031996 */
const mostPeople = 100;
const usual = '0-99';
const previewLength = 255;

export const findCommand = defineCommand({
  name: 'Find',
  ...find,
  body: 'required',
  handle: async (context, request): Promise<FindResponse> => {
    const { SearchId, ExecuteSearch } = request!;
    const { MailBoxSearchCriterion: mail, GalSearchCriterion: people } = ExecuteSearch;
    const range = parseRange((mail ?? people)?.Options?.Range, usual);
    if (!range || range.to >= most || (mail === undefined) === (people === undefined))
      return { Status: status.invalid };
    if (range.from > 0 && !hasSnapshot(context, SearchId)) return refusedRange();
    return mail ? findMails(context, SearchId, mail, range) : findEntries(context, SearchId, people!, range);
  },
});

function refusedRange(): FindResponse {
  return { Status: status.done, Response: { Store, Status: status.beginAtZero, Result: [] } };
}

async function findMails(
  context: Context,
  key: string,
  { Query, Options }: NonNullable<Execute['MailBoxSearchCriterion']>,
  range: Span,
): Promise<FindResponse> {
  if (Query.Class !== undefined && Query.Class !== 'Email') return { Status: status.invalid };
  const folders = Query.CollectionId === undefined || Query.CollectionId === '0' ? [] : [Query.CollectionId];
  const text = Query.FreeText ?? '';
  const alternatives = text.trim() === '' ? [] : parseQuery(text, context.clock.now());
  const search = { alternatives, folders, deep: Options?.DeepTraversal ?? false, most };
  const mails = await snapshot(context, { key, goesOn: range.from > 0 }, (reader) => findMail(reader, search));
  if (!mails) return { Status: status.foldersFirst };
  const Result = mails
    .filter(isMail)
    .slice(range.from, range.to + 1)
    .map((mail) => ({
      Class: 'Email',
      ServerId: mail.id,
      CollectionId: mail.collection,
      Properties: propertiesOf(mail),
    }));
  return answered(Result, range.from, mails.length);
}

async function findEntries(
  context: Context,
  key: string,
  { Query, Options }: NonNullable<Execute['GalSearchCriterion']>,
  range: Span,
): Promise<FindResponse> {
  await snapshot(context, { key, goesOn: range.from > 0 }, async () => []);
  const { entries, total } = await findPeople(context, Query, { ...range, most: mostPeople }, Options?.Picture);
  const Result = entries.map((Properties) => ({ Properties }));
  return answered(Result, range.from, total);
}

function answered(Result: NonNullable<Answer['Result']>, from: number, total: number): FindResponse {
  const shown = Result.length;
  const Range = shown === 0 ? '0-0' : `${from}-${from + shown - 1}`;
  const Total = shown === 0 ? 0 : total;
  return { Status: status.done, Response: { Store, Status: status.done, Result, Range, Total } };
}

function propertiesOf({ content }: Mail) {
  return {
    Subject: content.subject,
    DateReceived: dateTime(content.received),
    DisplayTo: content.displayTo,
    DisplayCc: displayNames(content.cc),
    DisplayBcc: content.draft ? displayNames(content.bcc) : undefined,
    Importance: content.importance,
    Read: content.read,
    IsDraft: content.draft,
    Preview: [...content.preview].slice(0, previewLength).join(''),
    HasAttachments: content.attachments.some(({ inline }) => !inline),
    From: content.from,
  };
}

/** MS-ASCMD_R6439100703, R6439100704 */
function displayNames(line: string): string | undefined {
  const names = parseAddressText(line).map(({ name, address }) => name || address);
  return names.join('; ') || undefined;
}

// [MS-ASCMD] 2.2.3.122 Oof: what the account says while it is away. A Set changes what it names and leaves the rest; who was
// told already is forgotten when an absence ends or another begins.
import { formatDateTime, parseDate, type SettingsRequest, type SettingsResponse } from '../../protocol/index.ts';
import { htmlToText, textToHtml } from '../content/email/html.ts';
import { type Absence, type AbsenceReply, type Audience, audiences, isAway, noAbsence } from '../domain/absence.ts';
import type { Context } from './define.ts';

type Request = NonNullable<SettingsRequest['Oof']>;
type OofSet = NonNullable<Request['Set']>;
type Message = OofSet['OofMessage'][number];
type Answer = NonNullable<SettingsResponse['Oof']>;

/** [MS-ASCMD] 2.2.3.177.15 Status (Settings), of a property. */
const status = { done: 1, protocol: 2, invalid: 5, conflicting: 6 } as const;
const longest = 65_536;

const states = ['off', 'on', 'timed'] as const;
const tags = {
  internal: 'AppliesToInternal',
  known: 'AppliesToExternalKnown',
  unknown: 'AppliesToExternalUnknown',
} as const satisfies Record<Audience, keyof Message>;

export async function answerOof(context: Context, request: Request): Promise<Answer> {
  if (request.Set) return { Status: await setOof(context, request.Set) };
  const type = bodyType(request.Get?.BodyType);
  if (!type) return { Status: status.protocol };
  const { absence = noAbsence } = await context.read((reader) => reader.account());
  return { Status: status.done, Get: written(absence, type) };
}

/** Phones write it in capitals and without, too. */
function bodyType(given: string | undefined): AbsenceReply['type'] | undefined {
  return (['Text', 'HTML'] as const).find((type) => type.toLowerCase() === given?.toLowerCase());
}

/** One message an audience, also of those that are told nothing (R3505). */
function written({ state, window, replies }: Absence, type: AbsenceReply['type']): NonNullable<Answer['Get']> {
  return {
    OofState: states.indexOf(state),
    StartTime: window && formatDateTime(window.start),
    EndTime: window && formatDateTime(window.end),
    OofMessage: audiences.map((audience) => {
      const reply = replies[audience];
      const told = reply && reply.text !== '' ? { ReplyMessage: asType(reply, type), BodyType: type } : {};
      return { [tags[audience]]: true, Enabled: reply?.enabled ?? false, ...told };
    }),
  };
}

function asType({ type, text }: AbsenceReply, wanted: AbsenceReply['type']): string {
  if (type === wanted) return text;
  return wanted === 'Text' ? htmlToText(text) : textToHtml(text);
}

async function setOof(context: Context, set: OofSet): Promise<number> {
  const wrong = mistakeOf(set);
  if (wrong !== undefined) return wrong;
  const now = context.clock.now();
  return context.transact(async (tx) => {
    const account = await tx.account();
    const before = account.absence ?? noAbsence;
    const state = set.OofState === undefined ? before.state : states[set.OofState]!;
    const window = state === 'timed' ? (windowOf(set) ?? before.window) : undefined;
    // As in the documents' own example, the times that are known go on.
    if (state === 'timed' && !window) return status.protocol;
    const replies = { ...before.replies };
    for (const message of set.OofMessage)
      replies[audienceOf(message)!] = changed(replies[audienceOf(message)!], message);
    const next: Absence = { state, ...(window && { window }), replies, answered: [] };
    const goesOn = isAway(before, now) && isAway(next, now);
    tx.putAccount({ ...account, absence: goesOn ? { ...next, answered: before.answered } : next });
    return status.done;
  });
}

/** R2272: no time without the other; R3526: an audience once; R3785: a text says what it is. */
function mistakeOf(set: OofSet): number | undefined {
  const { OofState, StartTime, EndTime, OofMessage } = set;
  if (OofState !== undefined && states[OofState] === undefined) return status.protocol;
  if ((StartTime === undefined) !== (EndTime === undefined)) return status.protocol;
  const window = windowOf(set);
  if (OofState === 2 && StartTime !== undefined && !window) return status.protocol;
  if (OofState === 2 && window && window.end <= window.start) return status.conflicting;
  const named = OofMessage.map(audienceOf);
  if (named.includes(undefined) || new Set(named).size !== named.length) return status.protocol;
  for (const { ReplyMessage, BodyType } of OofMessage) {
    if (ReplyMessage !== undefined && BodyType === undefined) return status.protocol;
    if (BodyType !== undefined && !bodyType(BodyType)) return status.protocol;
    if ((ReplyMessage ?? '').length > longest) return status.invalid;
  }
  return undefined;
}

function windowOf({ StartTime, EndTime }: OofSet): Absence['window'] {
  const [start, end] = [parseDate(StartTime ?? ''), parseDate(EndTime ?? '')];
  return start === undefined || end === undefined ? undefined : { start, end };
}

/** Undefined unless it names just one. */
function audienceOf(message: Message): Audience | undefined {
  const [audience, ...others] = audiences.filter((one) => message[tags[one]]);
  return others.length === 0 ? audience : undefined;
}

function changed(before: AbsenceReply | undefined, { Enabled, ReplyMessage, BodyType }: Message): AbsenceReply {
  const { enabled, type, text } = before ?? { enabled: false, type: 'Text', text: '' };
  const told = ReplyMessage === undefined ? { type, text } : { type: bodyType(BodyType) ?? 'Text', text: ReplyMessage };
  return { enabled: Enabled ?? enabled, ...told };
}

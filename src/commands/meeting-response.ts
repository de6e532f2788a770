// [MS-ASCMD] 2.2.1.11 MeetingResponse: an attendee's answer, to the request in a mail folder or to the event itself. Invariants:
// a meeting of one's own is never answered; the same answer again changes nothing and tells nobody anything.
import { type MeetingResponseResponse, meetingResponse, parseDate } from '../../protocol/index.ts';
import { readTextBody } from '../content/body.ts';
import { asEvent, asFields, eventItem } from '../content/calendar/codec.ts';
import { replySubject } from '../content/calendar/meeting-mail.ts';
import { answerOf, replyOf, respond, type UserResponse } from '../content/calendar/respond.ts';
import { specialFolderId } from '../domain/collection.ts';
import { EasError } from '../domain/errors.ts';
import type { Event } from '../domain/event.ts';
import type { ServerId } from '../domain/ids.ts';
import type { Transaction } from '../store/port.ts';
import { hashOf } from './command-hash.ts';
import { type Context, defineCommand } from './define.ts';
import { type Asked, findTarget, refused, responseOf, type Target } from './meeting-target.ts';
import { postMeetingMail } from './meetings.ts';
import { rememberSent, wasSent } from './send.ts';
import { namesInstance } from './source.ts';
import { statusOf } from './status.ts';

type Result = NonNullable<MeetingResponseResponse['Result']>[number];

const invalidDateTime = 104;
const notRecurring = 146;
/** MS-ASCMD_R5650, R4182 */
const most = 100;
const tooMany = 103;
const nothingAsked = 2;
/** MS-ASCMD_R6714: InstanceId is since 14.1. */
const withoutInstances: ReadonlySet<string> = new Set(['2.5', '12.0', '12.1', '14.0']);

export const meetingResponseCommand = defineCommand({
  name: 'MeetingResponse',
  ...meetingResponse,
  body: 'required',
  handle: async (context, request) => {
    const { Request } = request!;
    if (Request.length > most) return { Status: tooMany, Result: [] };
    if (Request.length === 0) return { Result: [{ Status: nothingAsked }] };
    const Result: Result[] = [];
    for (const asked of Request) Result.push(await answer(context, asked));
    return { Result };
  },
});

async function answer(context: Context, asked: Asked): Promise<Result> {
  const { RequestId, InstanceId } = asked;
  // MS-ASCMD_R2509, R3232: what was named by LongId is answered in its place, without it.
  const named = { RequestId };
  try {
    if (InstanceId !== undefined && withoutInstances.has(context.version)) throw refused('InstanceId');
    if (!namesInstance({ InstanceId } as never)) return { ...named, Status: invalidDateTime };
    const done = await context.transact((tx) => decide(context, tx, asked));
    if (done === 'single') return { ...named, Status: notRecurring };
    return { ...named, Status: 1, CalendarId: done, InstanceId };
  } catch (error) {
    if (!(error instanceof EasError)) throw error;
    return { ...named, Status: statusOf('MeetingResponse', error.code) };
  }
}

/** The event's ServerId, undefined when it was declined. */
async function decide(context: Context, tx: Transaction, asked: Asked): Promise<ServerId | 'single' | undefined> {
  const response = responseOf(asked);
  const { address, aliases } = await tx.account();
  const own = [address, ...aliases];
  const target = await findTarget(tx, asked, response, own);
  if (target === 'single') return target;
  if (target === 'declined') return undefined;
  const proposed = proposalOf(asked, target.event, response);
  const before = target.item && asEvent(target.item.content);
  const told = { response, original: target.original, own, now: context.clock.now() };
  const same = answerOf(before, target.original) === answerOf(respond(target.event, told), target.original);
  const id = same ? (target.item?.id as ServerId | undefined) : store(context, tx, target, respond(target.event, told));
  if (!same && !target.item) tx.putAccount(await tx.account());
  for (const mail of target.mails) {
    if (mail.collection !== specialFolderId(4)) tx.move(mail.id, specialFolderId(4), {}, { moved: true });
  }
  await reply(context, tx, asked, { target, told, proposed, same });
  return response === 3 ? undefined : id;
}

function store(context: Context, tx: Transaction, { item }: Target, next: Event | undefined): ServerId | undefined {
  const by = context.device.id;
  if (!next) {
    if (item) tx.remove(item.id, { by });
    return undefined;
  }
  const made = eventItem(item?.collection ?? specialFolderId(8), asFields(next), context.clock.now());
  if (!item) return tx.create(made);
  tx.put({ ...item, ...made }, ['message'], { by });
  return item.id;
}

type Proposal = { readonly start: number; readonly end: number } | undefined;

/** Both times or none, with an answer that is not a plain yes, and only where the organizer wants to hear of it. */
function proposalOf({ SendResponse }: Asked, event: Event, response: UserResponse): Proposal {
  const { ProposedStartTime, ProposedEndTime } = SendResponse ?? {};
  if (ProposedStartTime === undefined && ProposedEndTime === undefined) return undefined;
  const [start, end] = [parseDate(ProposedStartTime ?? ''), parseDate(ProposedEndTime ?? '')];
  if (start === undefined || end === undefined || end < start) throw refused('a proposal of half a time');
  if (response === 1 || event.disallowNewTimeProposal) throw refused('a proposal that nobody wants');
  return { start, end };
}

/** MS-ASCMD_R6062: from 16.0 on the server tells the organizer when it is asked to. */
async function reply(
  context: Context,
  tx: Transaction,
  asked: Asked,
  {
    target,
    told,
    proposed,
    same,
  }: { target: Target; told: Parameters<typeof replyOf>[1]; proposed: Proposal; same: boolean },
): Promise<void> {
  const { SendResponse } = asked;
  const { organizer, responseRequested } = target.event;
  if (!SendResponse || !organizer || (responseRequested === false && !proposed)) return;
  const hash = hashOf(
    'MeetingResponse',
    JSON.stringify([target.event.uid, target.original, told.response, SendResponse]),
  );
  if (same && (await wasSent(context, tx, hash))) return;
  const body = SendResponse.Body && readTextBody(SendResponse.Body);
  await postMeetingMail(context, tx, {
    method: proposed ? 'COUNTER' : 'REPLY',
    events: [replyOf(target.event, told, proposed)],
    to: [organizer],
    subject: replySubject(target.event.subject ?? '', told.response, proposed !== undefined),
    ...(typeof body === 'object' && { body }),
  });
  await rememberSent(context, tx, hash);
}

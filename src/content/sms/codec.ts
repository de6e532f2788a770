// Text messages and ApplicationData ([MS-ASCMD] 2.2.3.27.6 Class (Sync): SMS, beside mail, 14.0 and later). Phones put theirs
// in, those that ask for the class get them; the server sends none. Kept as they came: what a phone leaves out of a Change stays.
import { createHash } from 'node:crypto';
import { formatDateTime, parseDate, type ReadSms, sms, type WrittenSms, write } from '../../../protocol/index.ts';
import type { Flag } from '../../domain/email.ts';
import type { Fields } from '../../domain/item.ts';
import { wordsOf } from '../../domain/words.ts';
import { asText, bodyAfter, type TextBody, writeTextBody } from '../body.ts';
import { readFlag, writeFlag } from '../email/application-data.ts';
import type { FieldsCodec, SpokenChange } from '../fields-class.ts';
import { withoutUndefined } from '../pattern.ts';
import { readItem } from '../read-item.ts';

interface Message {
  readonly to: string;
  readonly from: string;
  /** Milliseconds. */
  readonly received: number;
  readonly importance: number;
  readonly read: boolean;
  readonly body?: TextBody;
  readonly flag?: Flag;
  readonly categories: readonly string[];
  readonly messageClass: string;
  /** Hex, and base64. */
  readonly conversation: string;
  readonly conversationIndex: string;
}

function asMessage(fields: Fields): Message {
  return fields as unknown as Message;
}
function asFields(message: Message): Fields {
  return withoutUndefined(message) as unknown as Fields;
}

const usual = {
  to: '',
  from: '',
  importance: 1,
  read: false,
  categories: [],
  messageClass: 'IPM.Note.Mobile.SMS',
} as const;
const utf8 = '65001';

export const smsCodec: FieldsCodec = {
  create: (data, spoken) => {
    const wire = readItem(sms, data, spoken.version);
    const received = parseDate(wire.DateReceived ?? '') ?? spoken.now;
    const parties = [wire.From ?? '', wire.To ?? ''].sort().join('\n');
    const conversation = createHash('sha256').update(parties).digest('hex').slice(0, 32);
    const conversationIndex = headerOf(received).toString('base64');
    return {
      fields: changeMessage({ ...usual, received, conversation, conversationIndex }, wire, spoken),
      exact: true,
    };
  },
  change: (before, data, spoken) => ({
    fields: changeMessage(asMessage(before), readItem(sms, data, spoken.version), spoken),
    exact: true,
  }),
  write: (fields, { version }, bodies) => {
    const message = asMessage(fields);
    const told: WrittenSms = {
      To: message.to,
      From: message.from,
      DateReceived: formatDateTime(message.received),
      Importance: message.importance,
      Read: message.read,
      Body: message.body && writeTextBody(message.body, bodies),
      MessageClass: message.messageClass,
      InternetCPID: utf8,
      Flag: writeFlag({ flag: message.flag, subject: '' }),
      Categories: { Category: message.categories },
      ConversationId: Buffer.from(message.conversation, 'hex'),
      ConversationIndex: Buffer.from(message.conversationIndex, 'base64'),
    };
    return write(sms, told, { version });
  },
  stub: (data, now) =>
    asFields({ ...usual, received: now, body: { type: 1, data }, conversation: '', conversationIndex: '' }),
  sortDate: (fields) => asMessage(fields).received,
  words: (fields) => {
    const { from, to, body } = asMessage(fields);
    return wordsOf(from, to, body ? asText(body) : '');
  },
};

/** [MS-ASCON] 2.2.2.4 ConversationIndex: the five high bytes of a FILETIME behind the first. */
function headerOf(at: number): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE((BigInt(at) + 11_644_473_600_000n) * 10_000n);
  return time.subarray(1, 6);
}

function changeMessage(before: Message, wire: ReadSms, { bodies }: SpokenChange): Fields {
  const { flag, body, ...rest } = before;
  const nextFlag = wire.Flag === undefined ? flag : readFlag(flag, wire.Flag);
  const nextBody = bodyAfter(body, wire, bodies);
  return asFields({
    ...rest,
    to: wire.To ?? before.to,
    from: wire.From ?? before.from,
    received: parseDate(wire.DateReceived ?? '') ?? before.received,
    importance: wire.Importance ?? before.importance,
    read: wire.Read ?? before.read,
    categories: wire.Categories ? wire.Categories.Category : before.categories,
    messageClass: wire.MessageClass || before.messageClass,
    ...(nextFlag && { flag: nextFlag }),
    ...(nextBody && { body: nextBody }),
  });
}

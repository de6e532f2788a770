// Notes and ApplicationData ([MS-ASNOTE], 14.0 and later). When a note was last changed, the server says.
import { formatCompactDateTime, note, type WrittenNote, write } from '../../../protocol/index.ts';
import type { Element } from '../../../protocol/wbxml/element.ts';
import type { Fields } from '../../domain/item.ts';
import { farFuture } from '../../domain/position.ts';
import { wordsOf } from '../../domain/words.ts';
import { asText, bodyAfter, noBody, type TextBody, writeTextBody } from '../body.ts';
import type { FieldsCodec, SpokenChange } from '../fields-class.ts';
import { bounded, invalid, withoutUndefined } from '../pattern.ts';
import { readItem } from '../read-item.ts';

interface Note {
  readonly subject?: string;
  readonly body?: TextBody;
  readonly messageClass: string;
  readonly categories?: readonly string[];
  /** Milliseconds. */
  readonly modified: number;
}

const stickyNote = 'IPM.StickyNote';

function asNote(fields: Fields): Note {
  return fields as unknown as Note;
}
function asFields(value: object): Fields {
  return withoutUndefined(value) as unknown as Fields;
}

export const notesCodec: FieldsCodec = {
  create: (data, spoken) => changeNote({ messageClass: stickyNote, modified: spoken.now }, data, spoken),
  change: (before, data, spoken) => changeNote(asNote(before), data, spoken),
  write: (fields, { version }, bodies) => {
    const { subject, body = noBody, messageClass, categories, modified } = asNote(fields);
    const told: WrittenNote = {
      Subject: subject ?? '',
      // Data is always there, if only as nothing ([MS-ASNOTE] R123).
      Body: { Data: '', ...withoutUndefined(writeTextBody(body, bodies)) },
      NativeBodyType: body.type,
      MessageClass: messageClass,
      LastModifiedDate: formatCompactDateTime(modified),
      Categories: categories && { Category: categories },
    };
    return write(note, told, { version });
  },
  stub: (subject, modified) => asFields({ subject, messageClass: stickyNote, modified }),
  sortDate: () => farFuture,
  words: (fields) => {
    const { subject = '', body, categories = [] } = asNote(fields);
    return wordsOf(subject, ...categories, body ? asText(body) : '');
  },
};

/** [MS-ASNOTE] 3.2.5.3 Sync Command Response: a Subject and a Body that are left out stay, Categories go. */
function changeNote(before: Note, data: Element, spoken: SpokenChange): { fields: Fields; exact: boolean } {
  const { Subject, Body, MessageClass = before.messageClass, Categories } = readItem(note, data, spoken.version);
  if (MessageClass !== stickyNote && !MessageClass.startsWith(`${stickyNote}.`)) throw invalid('MessageClass');
  const categories = Categories?.Category;
  bounded(categories?.length, 0, 300, 'Categories');
  const next = {
    subject: Subject === undefined ? before.subject : Subject || undefined,
    body: bodyAfter(before.body, { Body }, spoken.bodies),
    messageClass: MessageClass,
    categories: categories?.length ? categories : undefined,
    modified: spoken.now,
  };
  return { fields: asFields(next), exact: true };
}

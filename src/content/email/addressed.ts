// Whom a message says that it is for.
import { parseAddresses } from './address.ts';
import { type Field, readHeader } from './header.ts';

/** The addresses in To and Cc, lower case. */
export function addressedTo(fields: readonly Field[]): string[] {
  return fields
    .filter(({ name }) => name === 'to' || name === 'cc')
    .flatMap(({ value }) => parseAddresses(value).map(({ address }) => address.toLowerCase()));
}

/** One of them is one of `own`, itself or with a tag. */
export function namesOneOf(addressed: readonly string[], own: readonly string[]): boolean {
  return addressed.some((address) => own.includes(address) || own.includes(address.replace(/\+[^@]*(?=@)/, '')));
}

/**
 * [MS-ASEMAIL] 2.2.2.59 ReceivedAsBcc: whom it names, when it does not name `own`; undefined when it does, and for mail of lists,
 * which names nobody. Whether a group among them means the account, the directory knows.
 */
export function namedInstead(head: Buffer, own: readonly string[]): string[] | undefined {
  const { fields } = readHeader(head, 0, head.length);
  const isOfList = fields.some(({ name }) => name.startsWith('list-') || name === 'precedence');
  const addressed = addressedTo(fields);
  return isOfList || namesOneOf(addressed, own) ? undefined : addressed;
}

// Address lists: read as tolerantly as mail programs write them, written as one RFC 5322 line.
import addressparser from 'nodemailer/lib/addressparser';
import { headerText } from './header.ts';

export interface Address {
  readonly name: string;
  /** '' when the entry names no address. */
  readonly address: string;
}

/** Mailboxes of a list, groups opened, semicolons taken for commas. Names are decoded. */
export function parseAddresses(binary: string, hint?: string): Address[] {
  return addressparser(binary, { flatten: true })
    .map((entry) => ({
      name: headerText(entry.name ?? '', hint).trim(),
      address: headerText(entry.address ?? '', hint).trim(),
    }))
    .filter((entry) => entry.name !== '' || entry.address !== '');
}

/** As `parseAddresses`, of a list whose names are decoded already. */
export function parseAddressText(text: string): Address[] {
  return parseAddresses(Buffer.from(text, 'utf8').toString('latin1'), 'utf-8');
}

/** `"Name" <a@b>, c@d`, whole entries only, at most `limit` characters. */
export function formatAddresses(addresses: readonly Address[], limit = Number.POSITIVE_INFINITY): string {
  let line = '';
  for (const entry of addresses) {
    const next = line === '' ? formatAddress(entry) : `${line}, ${formatAddress(entry)}`;
    if (next.length > limit) break;
    line = next;
  }
  return line;
}
export function formatAddress({ name, address }: Address): string {
  if (name === '' || name === address) return address;
  const quoted = `"${name.replace(/(["\\])/g, '\\$1')}"`;
  return address === '' ? quoted : `${quoted} <${address}>`;
}

/** What SMTP can be asked to deliver to. */
export function isDeliverable(address: string): boolean {
  return (
    address.length <= 320 &&
    /^(?:"[^"\r\n]+"|[^\s"(),:;<>@[\\\]\x00-\x20]+)@[^\s@<>()[\]\\,;:"\x00-\x20]+$/.test(address)
  );
}

// The recipient information cache ([MS-ASCNTC] 3.1.4.4 Refreshing the Recipient Information Cache): whom an account wrote to
// lately. What was sent lately weighs more: half as much after thirty days, nothing after ninety. Pure.
import { contact, type Version, write } from '../../../protocol/index.ts';
import type { Element } from '../../../protocol/wbxml/element.ts';
import type { Email } from '../../domain/email.ts';
import { parseAddressText } from '../email/address.ts';

export const remembered = 90;
const halfLife = 30;
/** What a mail of today counts. */
const unit = 1000;
const day = 86_400_000;

export interface KnownRecipient {
  /** Lower case. */
  readonly address: string;
  /** As the newest mail names them. */
  readonly name: string;
  readonly rank: number;
}

/** `sent` newest first; the most wanted first, addresses in `own` left out. Ages are whole days, so that ranks stand for a day. */
export function rankRecipients(
  sent: readonly Pick<Email, 'to' | 'cc' | 'bcc' | 'received'>[],
  own: ReadonlySet<string>,
  now: number,
): KnownRecipient[] {
  const today = Math.floor(now / day);
  const found = new Map<string, { name: string; weight: number }>();
  for (const mail of sent) {
    const age = Math.max(0, today - Math.floor(mail.received / day));
    if (age > remembered) continue;
    const named = new Map<string, string>();
    for (const { address, name } of [mail.to, mail.cc, mail.bcc].flatMap(parseAddressText)) {
      const key = address.toLowerCase();
      if (key.includes('@') && !own.has(key)) named.set(key, named.get(key) || name);
    }
    for (const [address, name] of named) {
      const known = found.get(address) ?? { name: '', weight: 0 };
      found.set(address, { name: known.name || name, weight: known.weight + 0.5 ** (age / halfLife) });
    }
  }
  return [...found]
    .map(([address, { name, weight }]) => ({ address, name: name || address, rank: Math.round(unit * weight) }))
    .sort((a, b) => b.rank - a.rank || (a.address < b.address ? -1 : 1));
}

/** ApplicationData; without an Alias, as Exchange has it (MS-ASCNTC_R1010). */
export function writeRecipient({ address, name, rank }: KnownRecipient, version: Version): Element {
  const told = { Email1Address: address, FileAs: name, WeightedRank: rank };
  return write(contact, told, { version });
}

// Certificates to encrypt with: those of the address list, else those of who signed the newest mails that the account got.
import { isSigned, signerCertificates } from '../content/email/signer.ts';
import { isMail } from '../domain/item.ts';
import { searchWords } from '../domain/words.ts';
import type { Context } from './define.ts';
import { isTransient, reader as rangeReader } from './email-items.ts';
import type { Resolved } from './recipients.ts';

/** Mails looked at for the signature of one person. */
const looked = 200;

/** DER in base64, newest first; of a group all its members'. */
export async function certificatesFor(context: Context, who: Resolved): Promise<readonly string[]> {
  if (who.kind === 'group') {
    const each = await Promise.all(
      who.members.map(async (member) => {
        const account = who.accounts.find(({ address, aliases }) => address === member || aliases.includes(member));
        return account?.certificates?.length ? account.certificates : received(context, member);
      }),
    );
    return each.flat();
  }
  const listed = who.kind === 'account' ? (who.account.certificates ?? []) : [];
  return listed.length > 0 ? listed : received(context, who.address);
}

async function received(context: Context, address: string): Promise<string[]> {
  const words = searchWords(address).map(({ text }) => ({ text, prefix: false }));
  if (words.length === 0) return [];
  const signed = await context.read(async (reader) => {
    const mails = [];
    for (const id of await reader.search({ words, limit: looked })) {
      const item = await reader.item(id);
      if (isMail(item) && isSigned(item.content) && item.content.from.toLowerCase().includes(address)) mails.push(item);
    }
    return mails;
  });
  for (const mail of signed) {
    try {
      const found = await signerCertificates(mail.content, rangeReader(context, mail.content), context.clock.now());
      if (found.length > 0) return found;
    } catch (error) {
      if (isTransient(error)) throw error;
      context.log.warn('a signature cannot be read', { account: context.account, item: mail.id, error });
    }
  }
  return [];
}

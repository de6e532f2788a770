import type { MoveRule } from '../domain/account.ts';
import { isMail } from '../domain/item.ts';
import type { Store } from '../store/port.ts';
import { userOf } from './accounts.ts';

export interface DescribedRule {
  readonly rule: MoveRule;
  /** Its name; '' when it is gone. */
  readonly folder: string;
  /** Of one of its mails; '' when there is none. */
  readonly subject: string;
}

/** Conversations that always move, oldest first. Throws 'account-not-found'. */
export async function listRules(store: Store, address: string): Promise<DescribedRule[]> {
  const { id, moveRules = [] } = await userOf(store, address);
  return store.read(id, async (reader) => {
    const described: DescribedRule[] = [];
    for (const rule of moveRules) {
      const folder = await reader.collection(rule.folder);
      const mail = (await reader.conversation(rule.folder, rule.conversation)).find(isMail);
      const name = folder && folder.died === undefined ? folder.name : '';
      described.push({ rule, folder: name, subject: mail?.content.subject ?? '' });
    }
    return described;
  });
}

/** What was moved stays where it is. False: there is no such rule. Throws 'account-not-found'. */
export async function removeRule(store: Store, address: string, conversation: string): Promise<boolean> {
  const { id } = await userOf(store, address);
  return store.transact(id, async (tx) => {
    const account = await tx.account();
    const moveRules = (account.moveRules ?? []).filter((rule) => rule.conversation !== conversation.toLowerCase());
    if (moveRules.length === (account.moveRules ?? []).length) return false;
    tx.putAccount({ ...account, moveRules });
    return true;
  });
}

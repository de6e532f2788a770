// What a phone holds of one folder, and how answers change it. It trusts nothing: an answer that a real phone would stumble
// over is a Breach, thrown before anything of it is taken over.
import {
  type Element,
  email,
  type ReadEmail,
  type ReadOf,
  read,
  type responseCollection,
  type Version,
} from '../../protocol/index.ts';
import { Breach } from './phone-http.ts';

export type CollectionAnswer = ReadOf<typeof responseCollection>;
type Command = NonNullable<CollectionAnswer['Commands']>[number];
export type Result = NonNullable<CollectionAnswer['Responses']>[number];

/** A command that the phone sends. */
export type Sent =
  | { readonly kind: 'Add'; readonly clientId: string; readonly data: ReadEmail }
  | { readonly kind: 'Change'; readonly id: string; readonly data: ReadEmail }
  | { readonly kind: 'Delete'; readonly id: string }
  | { readonly kind: 'Fetch'; readonly id: string };

/** ServerIds by what happened to them. */
export interface Changes {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly deleted: readonly string[];
  readonly softDeleted: readonly string[];
}

export class PhoneCollection {
  readonly id: string;
  key = '0';
  readonly items = new Map<string, ReadEmail>();
  /** Items that the phone wrote itself: the server renders them in its own way. */
  readonly own = new Set<string>();
  readonly #keys = new Set<string>(['0']);

  constructor(id: string) {
    this.id = id;
  }

  /** Forgets all, as a phone does after Status 3. */
  clear(): void {
    this.key = '0';
    this.items.clear();
    this.own.clear();
  }

  /** Takes an answer with Status 1 over. Throws Breach, and has changed nothing then. */
  apply(answer: CollectionAnswer, sent: readonly Sent[], version: Version): Changes {
    const { Commands = [], Responses = [], SyncKey, MoreAvailable } = answer;
    const says = Commands.length > 0 || Responses.length > 0 || MoreAvailable || sent.length > 0;
    if (says && SyncKey === this.key) this.#fail(`an answer that says something under the old key ${SyncKey}`);
    if (SyncKey !== this.key && this.#keys.has(SyncKey)) this.#fail(`key ${SyncKey} for the second time`);
    const data = new Map(Commands.flatMap((command) => this.#dataOf(command, version)));
    const next = new Map(this.items);
    const results = new Map(Responses.map((result) => [nameOf(result), statusOf(result)]));
    for (const command of sent) this.#applySent(next, command, Responses, results);
    const changes = this.#applyCommands(next, Commands, data);
    this.items.clear();
    for (const [id, item] of next) this.items.set(id, item);
    for (const id of this.own) if (!next.has(id)) this.own.delete(id);
    this.key = SyncKey;
    this.#keys.add(SyncKey);
    return changes;
  }

  #fail(complaint: string): never {
    throw new Breach(`collection ${this.id}: ${complaint}`);
  }

  #dataOf(command: Command, version: Version): [string, ReadEmail][] {
    if ('Add' in command) return [[command.Add.ServerId, readItem(command.Add.ApplicationData, version)]];
    if ('Change' in command) return [[command.Change.ServerId, readItem(command.Change.ApplicationData, version)]];
    return [];
  }

  #applySent(
    next: Map<string, ReadEmail>,
    sent: Sent,
    responses: readonly Result[],
    results: ReadonlyMap<string, number>,
  ): void {
    if (sent.kind === 'Fetch') {
      if (!results.has(`Fetch ${sent.id}`)) this.#fail(`Fetch ${sent.id} was not answered`);
      return;
    }
    if (sent.kind === 'Delete') return void ((results.get(`Delete ${sent.id}`) ?? 1) === 1 && next.delete(sent.id));
    if (sent.kind === 'Change') {
      const before = next.get(sent.id);
      const status = results.get(`Change ${sent.id}`) ?? 1;
      if (before && status === 1) next.set(sent.id, { ...before, ...sent.data });
      if (before && status === 1 && sent.data.Body) this.own.add(sent.id);
      return;
    }
    const answers = responses.flatMap((one) => ('Add' in one && one.Add.ClientId === sent.clientId ? [one.Add] : []));
    const [answer] = answers;
    if (!answer || answers.length > 1) this.#fail(`Add ${sent.clientId} was answered ${answers.length} times`);
    if (answer.Status !== 1) return;
    if (answer.ServerId === undefined) this.#fail(`Add ${sent.clientId} without a ServerId`);
    if (next.has(answer.ServerId)) this.#fail(`Add ${sent.clientId} got the ServerId ${answer.ServerId} of another`);
    next.set(answer.ServerId, sent.data);
    this.own.add(answer.ServerId);
  }

  #applyCommands(
    next: Map<string, ReadEmail>,
    commands: readonly Command[],
    data: ReadonlyMap<string, ReadEmail>,
  ): Changes {
    const changes = { added: [] as string[], changed: [] as string[], deleted: [] as string[], soft: [] as string[] };
    const named = new Set<string>();
    const once = (id: string): string => {
      if (named.has(id)) this.#fail(`${id} twice in one answer`);
      named.add(id);
      return id;
    };
    for (const command of commands) {
      if ('Add' in command) {
        const id = once(command.Add.ServerId);
        if (next.has(id)) this.#fail(`Add of ${id}, which the phone holds`);
        next.set(id, data.get(id)!);
        changes.added.push(id);
      } else if ('Change' in command) {
        const id = once(command.Change.ServerId);
        const before = next.get(id);
        if (!before) this.#fail(`Change of ${id}, which the phone does not hold`);
        next.set(id, { ...before, ...data.get(id)! });
        changes.changed.push(id);
      } else if ('Delete' in command) {
        const id = once(command.Delete.ServerId);
        if (next.delete(id)) changes.deleted.push(id);
      } else {
        const id = once(command.SoftDelete.ServerId);
        if (next.delete(id)) changes.soft.push(id);
      }
    }
    return { added: changes.added, changed: changes.changed, deleted: changes.deleted, softDeleted: changes.soft };
  }
}

function nameOf(result: Result): string {
  if ('Add' in result) return `Add ${result.Add.ClientId}`;
  if ('Change' in result) return `Change ${result.Change.ServerId}`;
  if ('Delete' in result) return `Delete ${result.Delete.ServerId}`;
  return `Fetch ${result.Fetch.ServerId}`;
}

function statusOf(result: Result): number {
  const [value] = Object.values(result) as { Status: number }[];
  return value!.Status;
}

/** ApplicationData of a mail. Throws Breach for elements that the version does not have. */
/** As a phone of the newest version would hold it. */
function today(item: ReadEmail): ReadEmail {
  const { Body25, BodySize, BodyTruncated, MIMEData, MIMESize, MIMETruncated, Attachments25, ...rest } = item;
  const text = Body25 === undefined ? undefined : { Type: 1, Data: Body25, size: BodySize, cut: BodyTruncated };
  const whole = MIMEData === undefined ? undefined : { Type: 4, Data: MIMEData, size: MIMESize, cut: MIMETruncated };
  const { size, cut, ...body } = text ?? whole ?? {};
  const files = Attachments25?.Attachment.map(({ AttName, AttSize, AttMethod, DisplayName = '' }) => ({
    ...{ DisplayName, FileReference: AttName, Method: AttMethod, EstimatedDataSize: AttSize },
  }));
  return {
    ...rest,
    ...('Type' in body && {
      Body: {
        ...body,
        ...(size !== undefined && { EstimatedDataSize: size }),
        ...(cut !== undefined && { Truncated: cut }),
      },
    }),
    ...(files && { Attachments: { Attachment: files } }),
  } as ReadEmail;
}

export function readItem(element: Element, version: Version): ReadEmail {
  const { value, unknown } = read(email, element, { version });
  if (unknown.length > 0) throw new Breach(`not in version ${version}: ${unknown.join(', ')}`);
  return today(value);
}

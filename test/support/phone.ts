// Our own simulated phone: the mail application above the session. It keeps what a phone keeps (keys, folders, items) and
// speaks nothing but protocol/, so that it can be pointed at any Exchange ActiveSync server.
import { randomUUID } from 'node:crypto';
import {
  type Element,
  email,
  fileProperties,
  folderSync,
  itemOperations,
  moveItems,
  pages,
  ping,
  type QueryParameters,
  type ReadEmail,
  type ReadOf,
  read,
  retagged,
  sendMail,
  smartReply,
  sync,
  type WrittenEmail,
  type WrittenOf,
  write,
} from '../../protocol/index.ts';
import { type Changes, PhoneCollection, type Result, readItem, type Sent } from './phone-collection.ts';
import { Breach } from './phone-http.ts';
import { PhoneSession } from './phone-session.ts';

export { Breach, LostAnswer } from './phone-http.ts';

type Request = WrittenOf<typeof sync.request>;
type RequestCollection = NonNullable<NonNullable<Request['Collections']>['Collection']>[number];
export type SyncOptions = NonNullable<RequestCollection['Options']>[number];
type RequestCommand = NonNullable<RequestCollection['Commands']>[number];
type FolderAnswer = NonNullable<ReadOf<typeof folderSync.response>['Changes']>['Add'][number];
export type Folder = FolderAnswer;
export type PingAnswer = ReadOf<typeof ping.response>;

export interface SyncRequest {
  readonly window?: number;
  readonly options?: SyncOptions;
  readonly commands?: readonly PhoneCommand[];
  readonly getChanges?: boolean;
  readonly deletesAsMoves?: boolean;
  /** Seconds that the server may hold the answer. */
  readonly heartbeat?: number;
  readonly signal?: AbortSignal;
}
export type PhoneCommand =
  /** An Element: what is not mail. */
  | { readonly add: WrittenEmail | Element; readonly clientId?: string }
  | { readonly change: string; readonly to: WrittenEmail }
  | { readonly delete: string }
  | { readonly fetch: string };

export interface Synced extends Changes {
  /** Of the collection, else of the whole answer; 1 for an empty one. */
  readonly status: number;
  readonly limit?: number;
  readonly more: boolean;
  /** An empty answer: nothing is new and the key stays. */
  readonly empty: boolean;
  readonly responses: readonly Result[];
}
const nothing = { added: [], changed: [], deleted: [], softDeleted: [], responses: [], more: false };

/** A request whose answer the server holds back. */
export interface Held<Answer> {
  readonly answer: Promise<Answer>;
  /** Whether there is no answer after so many milliseconds. */
  waits(milliseconds?: number): Promise<boolean>;
  hangUp(): void;
}

export interface FetchedMail {
  readonly status: number;
  readonly properties?: ReadEmail;
}
export interface FetchedFile {
  readonly status: number;
  readonly data?: Buffer;
  readonly range?: string;
  readonly total?: number;
  readonly contentType?: string;
}
interface BodyRequest {
  readonly type: 1 | 2 | 4;
  readonly mimeSupport?: number;
  readonly truncation?: number;
}

/** By folder type, where it is not mail: what a collection is called up to 12.1. */
const classNames: Readonly<Record<number, string>> = { 7: 'Tasks', 8: 'Calendar', 9: 'Contacts', 10: 'Notes' };

export class Phone extends PhoneSession {
  folderKey = '0';
  readonly folders = new Map<string, Folder>();
  readonly #collections = new Map<string, PhoneCollection>();
  #serial = 0;

  /** OPTIONS, Settings, Provision and the folders, as an account is set up. */
  async setUp(): Promise<void> {
    await this.options();
    if (!this.isBefore('12.0')) await this.settings();
    await this.provision();
    await this.folderSync();
  }

  collection(id: string): PhoneCollection {
    const known = this.#collections.get(id) ?? new PhoneCollection(id);
    this.#collections.set(id, known);
    return known;
  }
  items(id: string): ReadonlyMap<string, ReadEmail> {
    return this.collection(id).items;
  }
  /** ServerId of the one item with that subject. */
  find(id: string, subject: string): string {
    const found = [...this.items(id)].filter(([, { Subject }]) => Subject === subject);
    if (found.length !== 1) throw new Error(`${found.length} items in ${id} are called ${subject}`);
    return found[0]![0];
  }
  /** Id of the folder of a type. */
  folder(type: number): string {
    const found = [...this.folders.values()].find((folder) => folder.Type === type);
    if (!found) throw new Error(`no folder of type ${type}`);
    return found.ServerId;
  }

  async folderSync(): Promise<number> {
    const answer = await this.call('FolderSync', folderSync, { SyncKey: this.folderKey });
    if (!answer) throw new Breach('FolderSync: an empty answer');
    if (answer.Status !== 1) return answer.Status;
    const { Add = [], Update = [], Delete = [], Count } = answer.Changes ?? {};
    if (!answer.SyncKey || Count !== Add.length + Update.length + Delete.length) throw new Breach('FolderSync: Count');
    if (this.folderKey === '0') this.folders.clear();
    for (const folder of Add) {
      if (this.folders.has(folder.ServerId)) throw new Breach(`FolderSync: Add of ${folder.ServerId}, which is there`);
      this.folders.set(folder.ServerId, folder);
    }
    for (const folder of Update) {
      if (!this.folders.has(folder.ServerId)) throw new Breach(`FolderSync: Update of ${folder.ServerId}`);
      this.folders.set(folder.ServerId, folder);
    }
    for (const { ServerId } of Delete) this.folders.delete(ServerId);
    this.folderKey = answer.SyncKey;
    return 1;
  }

  /** One Sync of one folder; what the answer says is taken over. */
  async sync(id: string, request: SyncRequest = {}): Promise<Synced> {
    const held = this.collection(id);
    const commands = (request.commands ?? []).map((command) => this.#numbered(command));
    const collection: RequestCollection = {
      Class: classNames[this.folders.get(id)?.Type ?? 2] ?? 'Email',
      SyncKey: held.key,
      CollectionId: id,
      DeletesAsMoves: request.deletesAsMoves,
      GetChanges: request.getChanges ?? (held.key === '0' ? undefined : true),
      WindowSize: held.key === '0' ? undefined : (request.window ?? 100),
      Options: request.options && [request.options],
      Commands: commands.length === 0 ? undefined : commands.map((command) => this.#written(command)),
    };
    const whole = { Collections: { Collection: [collection] }, HeartbeatInterval: request.heartbeat };
    const answer = await this.call('Sync', sync, whole, request.signal);
    return this.#take(held, commands.map(sentOf), answer);
  }

  /** An empty Sync: the last full one again. Only for one folder at a time. */
  async syncAgain(id: string): Promise<Synced> {
    return this.#take(this.collection(id), [], await this.call('Sync', sync, undefined));
  }

  #take(held: PhoneCollection, sent: readonly Sent[], answer: ReadOf<typeof sync.response> | undefined): Synced {
    if (!answer) {
      if (sent.length > 0) throw new Breach('commands with an empty answer');
      return { ...nothing, status: 1, empty: true };
    }
    if (answer.Status !== undefined && !answer.Collections) {
      return {
        ...nothing,
        status: answer.Status,
        empty: false,
        ...(answer.Limit !== undefined && { limit: answer.Limit }),
      };
    }
    const [collection, ...others] = answer.Collections?.Collection ?? [];
    if (!collection || others.length > 0 || collection.CollectionId !== held.id) throw new Breach('another collection');
    const { Status: status, MoreAvailable: more, Responses: responses = [] } = collection;
    if (status === 3) held.clear();
    // Before 12.1 an answer that says nothing says its key.
    const empty = status === 1 && collection.SyncKey === held.key;
    const changes = status === 1 ? held.apply(collection, sent, this.version) : nothing;
    return { ...changes, status, more, responses, empty };
  }

  /** A held Sync. */
  holdSync(id: string, request: SyncRequest & { readonly heartbeat: number }): Held<Synced> {
    return hold((signal) => this.sync(id, { ...request, signal }));
  }

  /** From the key that it has to the end; a new folder is begun. Throws when a Status is not 1. */
  async syncAll(id: string, request: Pick<SyncRequest, 'window' | 'options'> = {}): Promise<Changes> {
    const sum = {
      added: [] as string[],
      changed: [] as string[],
      deleted: [] as string[],
      softDeleted: [] as string[],
    };
    for (let page = 0; ; page++) {
      if (page > 2000) throw new Breach(`collection ${id}: more is available without end`);
      const first = this.collection(id).key === '0';
      const got = await this.sync(id, page === 0 ? request : { ...(request.window && { window: request.window }) });
      if (got.status !== 1) throw new Breach(`collection ${id}: Status ${got.status}`);
      for (const kind of ['added', 'changed', 'deleted', 'softDeleted'] as const) sum[kind].push(...got[kind]);
      if (!first && !got.more) return sum;
    }
  }

  #numbered(command: PhoneCommand): PhoneCommand {
    return 'add' in command ? { ...command, clientId: command.clientId ?? `${++this.#serial}` } : command;
  }

  #written(command: PhoneCommand): RequestCommand {
    const data = (value: WrittenEmail | Element) =>
      'tag' in value ? value : write(email, value, { version: this.version });
    if ('add' in command) return { Add: { ClientId: command.clientId!, ApplicationData: data(command.add) } };
    if ('change' in command) return { Change: { ServerId: command.change, ApplicationData: data(command.to) } };
    if ('delete' in command) return { Delete: { ServerId: command.delete } };
    return { Fetch: { ServerId: command.fetch } };
  }

  /** Without parts: what the last one asked for. */
  ping(heartbeat?: number, folders?: readonly string[]): Held<PingAnswer> {
    const Folder = folders?.map((id) => ({ Id: id, Class: 'Email' }));
    const value =
      heartbeat === undefined && !folders ? undefined : { HeartbeatInterval: heartbeat, Folders: Folder && { Folder } };
    return hold(async (signal) => {
      const answer = await this.call('Ping', ping, value, signal);
      if (!answer) throw new Breach('Ping: an empty answer');
      return answer;
    });
  }

  /** 1 when it was sent, else the Status. */
  async sendMail(mime: Buffer | string, request: { clientId?: string; save?: boolean } = {}): Promise<number> {
    if (this.isBefore('14.0')) return this.#sendPlain('SendMail', { SaveInSent: request.save ?? true }, mime);
    const answer = await this.call('SendMail', sendMail, {
      ClientId: request.clientId ?? randomUUID(),
      SaveInSentItems: request.save ?? true,
      Mime: Buffer.from(mime),
    });
    return answer?.Status ?? 1;
  }

  async smartReply(
    folder: string,
    item: string,
    mime: string,
    request: { replaceMime?: boolean } = {},
  ): Promise<number> {
    const about = { CollectionId: folder, ItemId: item, SaveInSent: true };
    if (this.isBefore('14.0')) return this.#sendPlain('SmartReply', about, mime);
    const answer = await this.call('SmartReply', smartReply, {
      ClientId: randomUUID(),
      Source: { FolderId: folder, ItemId: item },
      SaveInSentItems: true,
      ReplaceMime: request.replaceMime ?? false,
      Mime: Buffer.from(mime),
    });
    return answer?.Status ?? 1;
  }

  /** 1, or the HTTP code. */
  async #sendPlain(command: 'SendMail' | 'SmartReply', about: QueryParameters, mime: Buffer | string): Promise<number> {
    const { status, body } = await this.postPlain(command, about, Buffer.from(mime));
    if (body.length > 0) throw new Breach(`${command}: a body`);
    return status === 200 ? 1 : status;
  }

  async fetchMail(folder: string, item: string, body: BodyRequest): Promise<FetchedMail> {
    if (this.isBefore('12.0')) return this.#fetchBySync(folder, item, body);
    const fetched = await this.#fetch({
      CollectionId: folder,
      ServerId: item,
      Options: {
        MIMESupport: body.mimeSupport,
        BodyPreference: [{ Type: body.type, TruncationSize: body.truncation }],
      },
    });
    if (!fetched.Properties) return { status: fetched.Status };
    const data = retagged(fetched.Properties, pages.airSync.ApplicationData);
    return { status: fetched.Status, properties: readItem(data, this.version) };
  }

  /** What there was before ItemOperations; the options that it takes are put back. */
  async #fetchBySync(folder: string, item: string, { mimeSupport = 0 }: BodyRequest): Promise<FetchedMail> {
    const options = { FilterType: 0, MIMESupport: mimeSupport };
    const { responses } = await this.sync(folder, { options, getChanges: false, commands: [{ fetch: item }] });
    await this.sync(folder, { options: { FilterType: 0, MIMESupport: 0 }, getChanges: false });
    const [answer] = responses;
    if (!answer || !('Fetch' in answer)) throw new Breach('Sync: no Fetch');
    const { Status: status, ApplicationData } = answer.Fetch;
    return { status, ...(ApplicationData && { properties: readItem(ApplicationData, this.version) }) };
  }

  async fetchFile(reference: string, range?: string): Promise<FetchedFile> {
    if (this.isBefore('12.0')) {
      const { status, body } = await this.postPlain('GetAttachment', { AttachmentName: reference });
      return { status, data: body };
    }
    const fetched = await this.#fetch({
      FileReference: reference,
      Options: range === undefined ? undefined : { Range: range },
    });
    if (!fetched.Properties) return { status: fetched.Status };
    const { value, unknown } = read(fileProperties, fetched.Properties, { version: this.version });
    if (unknown.length > 0) throw new Breach(`ItemOperations: ${unknown.join(', ')}`);
    return {
      status: fetched.Status,
      data: Buffer.from(value.Data ?? '', 'base64'),
      ...(value.Range !== undefined && { range: value.Range }),
      ...(value.Total !== undefined && { total: value.Total }),
      ...(value.ContentType !== undefined && { contentType: value.ContentType }),
    };
  }

  async #fetch(
    address: Omit<Extract<WrittenOf<typeof itemOperations.request>[number], { Fetch: unknown }>['Fetch'], 'Store'>,
  ) {
    const answer = await this.call('ItemOperations', itemOperations, [{ Fetch: { Store: 'Mailbox', ...address } }]);
    const fetched = answer?.Response?.Fetch ?? [];
    if (answer?.Status !== 1 || fetched.length !== 1) throw new Breach(`ItemOperations: Status ${answer?.Status}`);
    return fetched[0]!;
  }

  /** New ServerIds by old ones, and the Status of those that did not move. What moved is taken over. */
  async moveItems(ids: readonly string[], from: string, to: string): Promise<Map<string, string | number>> {
    const Move = ids.map((id) => ({ SrcMsgId: id, SrcFldId: from, DstFldId: to }));
    const answer = await this.call('MoveItems', moveItems, { Move });
    if (answer?.Response.length !== ids.length) throw new Breach('MoveItems: not every move was answered');
    const moved = new Map<string, string | number>();
    for (const { SrcMsgId, Status, DstMsgId } of answer.Response) {
      if (!ids.includes(SrcMsgId) || moved.has(SrcMsgId)) throw new Breach(`MoveItems: ${SrcMsgId}`);
      if (Status === 3 && DstMsgId === undefined) throw new Breach('MoveItems: moved, but where to?');
      moved.set(SrcMsgId, Status === 3 ? DstMsgId! : Status);
      if (Status === 3) this.#moveOver(SrcMsgId, from, DstMsgId!, to);
    }
    return moved;
  }

  #moveOver(id: string, from: string, newId: string, to: string): void {
    const source = this.collection(from);
    const target = this.collection(to);
    const item = source.items.get(id);
    source.items.delete(id);
    if (!item || target.key === '0') return;
    if (target.items.has(newId)) throw new Breach(`MoveItems: ${newId} is there already`);
    target.items.set(newId, item);
  }

  /** ServerId of the new draft. Throws Breach when it is refused. */
  async draftAdd(drafts: string, draft: WrittenEmail): Promise<string> {
    const { responses } = await this.#draftSync(drafts, { add: draft });
    const [answer] = responses;
    if (!answer || !('Add' in answer) || answer.Add.Status !== 1) throw new Breach(`Add: ${JSON.stringify(answer)}`);
    return answer.Add.ServerId!;
  }
  async draftChange(drafts: string, id: string, draft: WrittenEmail): Promise<void> {
    const { responses } = await this.#draftSync(drafts, { change: id, to: draft });
    if (responses.length > 0) throw new Breach(`Change: ${JSON.stringify(responses)}`);
  }
  async draftDelete(drafts: string, id: string): Promise<void> {
    const { responses } = await this.#draftSync(drafts, { delete: id });
    if (responses.length > 0) throw new Breach(`Delete: ${JSON.stringify(responses)}`);
  }
  async #draftSync(drafts: string, command: PhoneCommand): Promise<Synced> {
    const synced = await this.sync(drafts, { commands: [command], getChanges: false, deletesAsMoves: false });
    if (synced.status !== 1) throw new Breach(`Drafts: Status ${synced.status}`);
    return synced;
  }
}

function sentOf(command: PhoneCommand): Sent {
  if ('add' in command) return { kind: 'Add', clientId: command.clientId!, data: command.add as ReadEmail };
  if ('change' in command) return { kind: 'Change', id: command.change, data: command.to as ReadEmail };
  if ('delete' in command) return { kind: 'Delete', id: command.delete };
  return { kind: 'Fetch', id: command.fetch };
}

function hold<Answer>(start: (signal: AbortSignal) => Promise<Answer>): Held<Answer> {
  const controller = new AbortController();
  const answer = start(controller.signal);
  let settled = false;
  answer.then(
    () => (settled = true),
    () => (settled = true),
  );
  const waits = (milliseconds = 250): Promise<boolean> =>
    Promise.race([
      answer.then(
        () => false,
        () => false,
      ),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(!settled), milliseconds)),
    ]);
  return { answer, waits, hangUp: () => controller.abort() };
}

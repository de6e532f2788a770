// A device of one account: its requests as bytes, made once with protocol/ and sent as often as needed.
import {
  decode,
  encodeToBuffer,
  folderSync,
  ping,
  read,
  type SyncResponseCollection,
  sync,
  write,
} from '../../../protocol/index.ts';
import type { Element } from '../../../protocol/wbxml/element.ts';
import type { Connection } from './connection.ts';

export interface Login {
  readonly address: string;
  readonly password: string;
}
export interface BodyWanted {
  readonly Type: 1 | 2;
  readonly TruncationSize?: number;
}
export const preview: BodyWanted = { Type: 1, TruncationSize: 500 };
const inbox = '2';
const version = '16.1';

export class Phone {
  readonly #head: string;
  readonly #id: string;
  readonly #folder: string;
  #key = '0';

  constructor({ address, password }: Login, id: string, folder = inbox) {
    this.#id = id;
    this.#folder = folder;
    this.#head = [
      'HTTP/1.1',
      'Host: 127.0.0.1',
      `Authorization: Basic ${Buffer.from(`${address}:${password}`).toString('base64')}`,
      'User-Agent: Bench/1.0',
      `MS-ASProtocolVersion: ${version}`,
      'Content-Type: application/vnd.ms-sync.wbxml',
    ].join('\r\n');
  }

  /** Learns the folders and its folder's first key, and takes what is in it: at most one page. */
  async begin(connection: Connection): Promise<void> {
    const folders = write(folderSync.request, { SyncKey: '0' }, { version });
    await posted(connection, this.#request('FolderSync', folders));
    await this.prime(connection);
    await this.nextPage(connection, 100, preview);
  }

  async prime(connection: Connection): Promise<void> {
    this.#key = '0';
    await this.#take(connection, this.syncRequest(1, preview));
  }

  /** Takes one page; says how many items it brought and whether there are more. */
  async nextPage(connection: Connection, window: number, body: BodyWanted): Promise<{ items: number; more: boolean }> {
    const answer = await this.#take(connection, this.syncRequest(window, body));
    return { items: answer?.Commands?.length ?? 0, more: answer?.MoreAvailable ?? false };
  }

  async #take(connection: Connection, request: Buffer): Promise<SyncResponseCollection | undefined> {
    const body = await posted(connection, request);
    if (body.length === 0) return undefined;
    const { value } = read(sync.response, decode(body).root, { version });
    const answer = value.Collections?.Collection[0];
    if (answer?.Status !== 1) throw new Error(`Sync answered ${answer?.Status ?? value.Status}`);
    this.#key = answer.SyncKey;
    return answer;
  }

  /** A Sync of the folder from the last key, as a phone writes it. */
  syncRequest(window: number, body: BodyWanted): Buffer {
    const first = this.#key === '0';
    const options = { ...(this.#folder === inbox && { FilterType: 0 }), BodyPreference: [body] };
    const collection = first
      ? { SyncKey: '0', CollectionId: this.#folder }
      : { SyncKey: this.#key, CollectionId: this.#folder, GetChanges: true, WindowSize: window, Options: [options] };
    return this.#request('Sync', write(sync.request, { Collections: { Collection: [collection] } }, { version }));
  }

  pingRequest(seconds: number): Buffer {
    const Folders = { Folder: [{ Id: inbox, Class: 'Email' }] };
    return this.#request('Ping', write(ping.request, { HeartbeatInterval: seconds, Folders }, { version }));
  }

  #request(command: string, content: Element): Buffer {
    const body = encodeToBuffer(content);
    const path = `/Microsoft-Server-ActiveSync?Cmd=${command}&DeviceId=${this.#id}&DeviceType=Bench`;
    return Buffer.concat([
      Buffer.from(`POST ${path} ${this.#head}\r\nContent-Length: ${body.length}\r\n\r\n`, 'latin1'),
      body,
    ]);
  }
}

/** The body of a 200. */
export async function posted(connection: Connection, request: Buffer): Promise<Buffer> {
  const { status, body } = await connection.send(request);
  if (status !== 200) throw new Error(`HTTP ${status}`);
  return body;
}

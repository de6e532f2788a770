// A phone's copy of one folder of events, contacts, tasks or notes: it sends commands, takes what comes, keeps what it holds.
import assert from 'node:assert/strict';
import { type ClassName, classShapes, read, write } from '../../protocol/index.ts';
import type { Element } from '../../protocol/wbxml/element.ts';
import type { Phone } from './endpoint.ts';
import { type Answered, type Asked, type Options, prime, type Speaker, syncOne } from './sync-phone.ts';

type Command = NonNullable<Asked['Commands']>[number];

export class FolderCopy<Shown, By extends Speaker = Phone> {
  readonly items = new Map<string, Shown>();
  readonly phone: By;
  readonly #folder: string;
  readonly #class: ClassName;
  #key = '0';
  #clientIds = 0;

  private constructor(phone: By, folder: string, itemClass: ClassName) {
    this.phone = phone;
    this.#folder = folder;
    this.#class = itemClass;
  }

  /** Primed and loaded. */
  static async open<Shown, By extends Speaker = Phone>(
    phone: By,
    folder: string,
    itemClass: ClassName,
    first: Partial<Asked> = {},
  ): Promise<FolderCopy<Shown, By>> {
    const copy = new FolderCopy<Shown, By>(phone, folder, itemClass);
    copy.#key = await prime(phone, folder, first);
    await copy.sync();
    return copy;
  }

  /** Of the next request. */
  get key(): string {
    return this.#key;
  }

  data(value: object): Element {
    return write(classShapes[this.#class].schema as never, value as never, { version: this.phone.version });
  }
  shown(data: Element): Shown {
    const { value, unknown } = read(classShapes[this.#class].schema as never, data, { version: this.phone.version });
    assert.deepEqual(unknown, []);
    return value as Shown;
  }

  /** Sends commands and takes all that there is; the first answer. */
  async sync(Commands: Command[] = [], options: Options[] = []): Promise<Answered | undefined> {
    let first: Answered | undefined;
    for (let more = true, commands = Commands; more; commands = []) {
      const answer = await syncOne(this.phone, {
        SyncKey: this.#key,
        CollectionId: this.#folder,
        ...(options.length > 0 && { Options: options }),
        ...(commands.length > 0 && { Commands: commands }),
      });
      first ??= answer;
      if (answer) assert.equal(answer.Status, 1);
      this.#key = answer?.SyncKey ?? this.#key;
      for (const one of answer?.Responses ?? []) this.#made(one, commands);
      for (const one of answer?.Commands ?? []) this.#take(one);
      more = answer?.MoreAvailable ?? false;
    }
    return first;
  }

  /** The copy holds what it added as it was sent. */
  #made(one: NonNullable<Answered['Responses']>[number], commands: readonly Command[]): void {
    if (!('Add' in one) || one.Add.ServerId === undefined || this.items.has(one.Add.ServerId)) return;
    const { ClientId, ServerId } = one.Add;
    const sent = commands.find((command) => 'Add' in command && command.Add.ClientId === ClientId);
    if (sent && 'Add' in sent) this.items.set(ServerId, this.shown(sent.Add.ApplicationData));
  }

  #take(one: NonNullable<Answered['Commands']>[number]): void {
    if ('Add' in one) {
      assert.ok(!this.items.has(one.Add.ServerId), 'an Add of what the phone has');
      this.items.set(one.Add.ServerId, this.shown(one.Add.ApplicationData));
    } else if ('Change' in one) {
      assert.ok(this.items.has(one.Change.ServerId), 'a Change of what the phone lacks');
      this.items.set(one.Change.ServerId, this.shown(one.Change.ApplicationData));
    } else this.items.delete('Delete' in one ? one.Delete.ServerId : one.SoftDelete.ServerId);
  }

  /** The Status and, when it went well, the ServerId. The copy holds it as it was sent. */
  async add(value: object): Promise<{ status: number; id: string; data: Element | undefined }> {
    const ApplicationData = this.data(value);
    const answer = await this.sync([{ Add: { ClientId: `c${++this.#clientIds}`, ApplicationData } }]);
    const [response] = answer?.Responses ?? [];
    assert.ok(response && 'Add' in response);
    const { Status, ServerId = '', ApplicationData: data } = response.Add;
    return { status: Status, id: ServerId, data };
  }
  /** The Status. */
  async change(ServerId: string, value: object, InstanceId?: string): Promise<number> {
    const change = { ServerId, ...(InstanceId && { InstanceId }), ApplicationData: this.data(value) };
    const answer = await this.sync([{ Change: change }]);
    const [response] = answer?.Responses ?? [];
    return response && 'Change' in response ? response.Change.Status : 1;
  }
  async remove(ServerId: string, InstanceId?: string): Promise<number> {
    const answer = await this.sync([{ Delete: { ServerId, ...(InstanceId && { InstanceId }) } }]);
    const [response] = answer?.Responses ?? [];
    if (!InstanceId) this.items.delete(ServerId);
    return response && 'Delete' in response ? response.Delete.Status : 1;
  }
}

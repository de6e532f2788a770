import { type Node, newestVersion, rank, type Version, write } from '../schema/index.ts';
import { type Element, element } from '../wbxml/element.ts';
import { sendMail, smartForward, smartReply } from './compose-mail.ts';
import { find } from './find.ts';
import { folderCreate } from './folder-create.ts';
import { folderDelete } from './folder-delete.ts';
import { folderSync } from './folder-sync.ts';
import { folderUpdate } from './folder-update.ts';
import { getHierarchy } from './get-hierarchy.ts';
import { getItemEstimate } from './get-item-estimate.ts';
import { itemOperations } from './item-operations.ts';
import { meetingResponse } from './meeting-response.ts';
import { moveItems } from './move-items.ts';
import { ping } from './ping.ts';
import { provision } from './provision.ts';
import { resolveRecipients } from './resolve-recipients.ts';
import { search } from './search.ts';
import { settings } from './settings.ts';
import { sync } from './sync.ts';
import { validateCert } from './validate-cert.ts';

export * from './compose-mail.ts';
export * from './find.ts';
export * from './folder-create.ts';
export * from './folder-delete.ts';
export * from './folder-sync.ts';
export * from './folder-update.ts';
export * from './get-hierarchy.ts';
export * from './get-item-estimate.ts';
export * from './item-operations.ts';
export * from './meeting-response.ts';
export * from './move-items.ts';
export * from './ping.ts';
export * from './provision.ts';
export * from './resolve-recipients.ts';
export * from './search.ts';
export * from './settings.ts';
export * from './status.ts';
export * from './strict.ts';
export * from './sync.ts';
export * from './validate-cert.ts';

export interface CommandShape {
  readonly request: Node;
  readonly response: Node;
  /** [MS-ASHTTP] 2.2.1.1.1.1.2 Command Codes. */
  readonly code: number;
  /** First and last version that has the command in this shape. */
  readonly since: Version;
  readonly until?: Version;
  /** Last version in which the body is the message itself and all else stands in the query. */
  readonly mimeUntil?: Version;
}

/** The commands with a WBXML body, by name. */
export const commandShapes = {
  Sync: { ...sync, code: 0, since: '2.5' },
  SendMail: { ...sendMail, code: 1, since: '14.0', mimeUntil: '12.1' },
  SmartForward: { ...smartForward, code: 2, since: '14.0', mimeUntil: '12.1' },
  SmartReply: { ...smartReply, code: 3, since: '14.0', mimeUntil: '12.1' },
  FolderSync: { ...folderSync, code: 9, since: '2.5' },
  FolderCreate: { ...folderCreate, code: 10, since: '2.5' },
  FolderDelete: { ...folderDelete, code: 11, since: '2.5' },
  FolderUpdate: { ...folderUpdate, code: 12, since: '2.5' },
  MoveItems: { ...moveItems, code: 13, since: '2.5' },
  GetItemEstimate: { ...getItemEstimate, code: 14, since: '2.5' },
  MeetingResponse: { ...meetingResponse, code: 15, since: '2.5' },
  Search: { ...search, code: 16, since: '2.5' },
  Settings: { ...settings, code: 17, since: '12.0' },
  Ping: { ...ping, code: 18, since: '2.5' },
  ItemOperations: { ...itemOperations, code: 19, since: '12.0' },
  Provision: { ...provision, code: 20, since: '2.5' },
  ResolveRecipients: { ...resolveRecipients, code: 21, since: '2.5' },
  ValidateCert: { ...validateCert, code: 22, since: '2.5' },
  Find: { ...find, code: 23, since: '16.1' },
} as const satisfies Record<string, CommandShape>;
export type ShapedCommand = keyof typeof commandShapes;

type Bodiless = Omit<CommandShape, 'request' | 'response'> & { readonly response?: Node };

/**
 * Commands whose request has no body. [MS-ASCMD] 2.2.1.7 GetAttachment: the query names the attachment, the answer is
 * its bytes. The obsolete CreateCollection, DeleteCollection and MoveCollection are not shaped at all.
 */
export const bodilessCommands = {
  GetAttachment: { code: 4, since: '2.5', until: '12.1' },
  GetHierarchy: { ...getHierarchy, code: 5, since: '2.5', until: '12.1' },
} as const satisfies Record<string, Bodiless>;

/** Whether the documents give the command to that version, in whichever shape. */
export function hasCommand(command: ShapedCommand | keyof typeof bodilessCommands, version: Version): boolean {
  const all: Readonly<Record<typeof command, Bodiless>> = { ...commandShapes, ...bodilessCommands };
  const { since, until = newestVersion, mimeUntil } = all[command];
  if (mimeUntil !== undefined && rank(version) <= rank(mimeUntil)) return true;
  return rank(version) >= rank(since) && rank(version) <= rank(until);
}

/** A Status that the root's table does not have and a part's has: MS-ASCMD_R4321, R4329. */
const partAnswers: { readonly [command in ShapedCommand]?: Readonly<Record<number, Element>> } = {
  Search: { 2: write(search.response, { Status: 1, Response: { Store: { Status: 2 } } }) },
};

/** The root of a command with nothing but a Status: how 14.0 and later answer an error of the whole request. */
export function statusAnswer(command: ShapedCommand, status: number): Element {
  const part = partAnswers[command]?.[status];
  if (part) return part;
  const { tag, content } = commandShapes[command].response as Node;
  const child = content.kind === 'container' ? content.children.find((each) => each.key === 'Status') : undefined;
  if (child === undefined) throw new Error(`${command} has no Status`);
  return element(tag, [element(child.node.tag, String(status))]);
}

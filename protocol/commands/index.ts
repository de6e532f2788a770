import type { Node, Version } from '../schema/index.ts';
import { type Element, element } from '../wbxml/element.ts';
import { sendMail, smartForward, smartReply } from './compose-mail.ts';
import { folderCreate } from './folder-create.ts';
import { folderDelete } from './folder-delete.ts';
import { folderSync } from './folder-sync.ts';
import { folderUpdate } from './folder-update.ts';
import { getItemEstimate } from './get-item-estimate.ts';
import { itemOperations } from './item-operations.ts';
import { moveItems } from './move-items.ts';
import { ping } from './ping.ts';
import { provision } from './provision.ts';
import { settings } from './settings.ts';
import { sync } from './sync.ts';

export * from './compose-mail.ts';
export * from './folder-create.ts';
export * from './folder-delete.ts';
export * from './folder-sync.ts';
export * from './folder-update.ts';
export * from './get-item-estimate.ts';
export * from './item-operations.ts';
export * from './move-items.ts';
export * from './ping.ts';
export * from './provision.ts';
export * from './settings.ts';
export * from './status.ts';
export * from './sync.ts';

export interface CommandShape {
  readonly request: Node;
  readonly response: Node;
  /** [MS-ASHTTP] 2.2.1.1.1.1.2 Command Codes. */
  readonly code: number;
  /** First and last version in which the command has a WBXML body. */
  readonly since: Version;
  readonly until?: Version;
}

/** The commands with a WBXML body, by name. */
export const commandShapes = {
  Sync: { ...sync, code: 0, since: '2.5' },
  SendMail: { ...sendMail, code: 1, since: '14.0' },
  SmartForward: { ...smartForward, code: 2, since: '14.0' },
  SmartReply: { ...smartReply, code: 3, since: '14.0' },
  FolderSync: { ...folderSync, code: 9, since: '2.5' },
  FolderCreate: { ...folderCreate, code: 10, since: '2.5' },
  FolderDelete: { ...folderDelete, code: 11, since: '2.5' },
  FolderUpdate: { ...folderUpdate, code: 12, since: '2.5' },
  MoveItems: { ...moveItems, code: 13, since: '2.5' },
  GetItemEstimate: { ...getItemEstimate, code: 14, since: '2.5' },
  Settings: { ...settings, code: 17, since: '12.0' },
  Ping: { ...ping, code: 18, since: '2.5' },
  ItemOperations: { ...itemOperations, code: 19, since: '12.0' },
  Provision: { ...provision, code: 20, since: '2.5' },
} as const satisfies Record<string, CommandShape>;
export type ShapedCommand = keyof typeof commandShapes;

/** The root of a command with nothing but a Status: how 14.0 and later answer an error of the whole request. */
export function statusAnswer(command: ShapedCommand, status: number): Element {
  const { tag, content } = commandShapes[command].response as Node;
  const child = content.kind === 'container' ? content.children.find((each) => each.key === 'Status') : undefined;
  if (child === undefined) throw new Error(`${command} has no Status`);
  return element(tag, [element(child.node.tag, String(status))]);
}

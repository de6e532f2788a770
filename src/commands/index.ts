// The commands that are served; what OPTIONS advertises is computed from this list and nothing else.

import type { CommandName } from '../../protocol/http/index.ts';
import { pages, type Version } from '../../protocol/index.ts';
import type { Command } from './define.ts';
import { folderSyncCommand } from './folder-sync.ts';
import { itemOperationsCommand } from './item-operations.ts';
import { moveItemsCommand } from './move-items.ts';
import { pingCommand } from './ping.ts';
import { provisionCommand } from './provision.ts';
import { sendMailCommand } from './send-mail.ts';
import { settingsCommand } from './settings.ts';
import { smartReplyCommand } from './smart-reply.ts';
import { syncCommand } from './sync.ts';

/** In the order in which they are advertised. */
const all: readonly Command[] = [
  syncCommand,
  sendMailCommand,
  smartReplyCommand,
  folderSyncCommand,
  moveItemsCommand,
  settingsCommand,
  pingCommand,
  itemOperationsCommand,
  provisionCommand,
];
export const commands: ReadonlyMap<string, Command> = new Map(all.map((command) => [command.name, command]));

/** The protocol versions that are served, oldest first. */
export const servedVersions: readonly Version[] = ['14.1', '16.1'];

/** The root element and Status of every command with a body: how a Status of the whole request is answered, served or not. */
export const roots = {
  Sync: [pages.airSync.Sync, pages.airSync.Status],
  SendMail: [pages.composeMail.SendMail, pages.composeMail.Status],
  SmartForward: [pages.composeMail.SmartForward, pages.composeMail.Status],
  SmartReply: [pages.composeMail.SmartReply, pages.composeMail.Status],
  FolderSync: [pages.folderHierarchy.FolderSync, pages.folderHierarchy.Status],
  FolderCreate: [pages.folderHierarchy.FolderCreate, pages.folderHierarchy.Status],
  FolderDelete: [pages.folderHierarchy.FolderDelete, pages.folderHierarchy.Status],
  FolderUpdate: [pages.folderHierarchy.FolderUpdate, pages.folderHierarchy.Status],
  MoveItems: [pages.move.MoveItems, pages.move.Status],
  GetItemEstimate: [pages.getItemEstimate.GetItemEstimate, pages.getItemEstimate.Status],
  MeetingResponse: [pages.meetingResponse.MeetingResponse, pages.meetingResponse.Status],
  Search: [pages.search.Search, pages.search.Status],
  Settings: [pages.settings.Settings, pages.settings.Status],
  Ping: [pages.ping.Ping, pages.ping.Status],
  ItemOperations: [pages.itemOperations.ItemOperations, pages.itemOperations.Status],
  Provision: [pages.provision.Provision, pages.provision.Status],
  ResolveRecipients: [pages.resolveRecipients.ResolveRecipients, pages.resolveRecipients.Status],
  ValidateCert: [pages.validateCert.ValidateCert, pages.validateCert.Status],
  Find: [pages.find.Find, pages.find.Status],
} as const satisfies Partial<Record<CommandName, readonly [unknown, unknown]>>;

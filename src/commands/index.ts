// The commands that are served; what OPTIONS advertises is computed from this list and nothing else.

import { type Version, versions } from '../../protocol/index.ts';
import type { BareCommand, Command } from './define.ts';
import { findCommand } from './find.ts';
import { folderCreateCommand } from './folder-create.ts';
import { folderDeleteCommand } from './folder-delete.ts';
import { folderSyncCommand } from './folder-sync.ts';
import { folderUpdateCommand } from './folder-update.ts';
import { getAttachmentCommand } from './get-attachment.ts';
import { getHierarchyCommand } from './get-hierarchy.ts';
import { getItemEstimateCommand } from './get-item-estimate.ts';
import { itemOperationsCommand } from './item-operations.ts';
import { meetingResponseCommand } from './meeting-response.ts';
import { moveItemsCommand } from './move-items.ts';
import { pingCommand } from './ping.ts';
import { provisionCommand } from './provision.ts';
import { resolveRecipientsCommand } from './resolve-recipients.ts';
import { searchCommand } from './search.ts';
import { sendMailCommand } from './send-mail.ts';
import { settingsCommand } from './settings.ts';
import { smartForwardCommand } from './smart-forward.ts';
import { smartReplyCommand } from './smart-reply.ts';
import { syncCommand } from './sync.ts';
import { validateCertCommand } from './validate-cert.ts';

/** In the order in which they are advertised. */
const all: readonly (Command | BareCommand)[] = [
  syncCommand,
  sendMailCommand,
  smartForwardCommand,
  smartReplyCommand,
  getAttachmentCommand,
  getHierarchyCommand,
  folderSyncCommand,
  folderCreateCommand,
  folderDeleteCommand,
  folderUpdateCommand,
  moveItemsCommand,
  meetingResponseCommand,
  getItemEstimateCommand,
  searchCommand,
  settingsCommand,
  pingCommand,
  itemOperationsCommand,
  provisionCommand,
  resolveRecipientsCommand,
  validateCertCommand,
  findCommand,
];
export const commands: ReadonlyMap<string, Command | BareCommand> = new Map(
  all.map((command) => [command.name, command]),
);

/** The protocol versions that are served, oldest first. */
export const servedVersions: readonly Version[] = versions;

import { bodyPartPreference, bodyPreference } from '../classes/air-sync-base.ts';
import { airSync, airSyncBase, email2, rightsManagement } from '../pages/index.ts';
import {
  boolean,
  compactDateTime,
  container,
  flag,
  int,
  many,
  mixed,
  one,
  optional,
  type ReadOf,
  raw,
  since,
  text,
  until,
  type WrittenOf,
} from '../schema/index.ts';

/** Options of a collection; any order is read. GetItemEstimate shares it. */
export const options = container(
  airSync.Options,
  optional(airSync.FilterType, int),
  until('2.5', optional(airSync.Truncation, int)),
  until('2.5', optional(airSync.RtfTruncation, int)),
  since('14.0', optional(airSync.Class, text)),
  optional(airSync.Conflict, int),
  optional(airSync.MIMETruncation, int),
  optional(airSync.MIMESupport, int),
  since('14.0', optional(airSync.MaxItems, int)),
  since('12.0', many(bodyPreference)),
  since('14.1', many(bodyPartPreference)),
  since('14.1', optional(rightsManagement.RightsManagementSupport, boolean)),
);
export type SyncOptions = ReadOf<typeof options>;

const requestAdd = container(
  airSync.Add,
  since('14.0', optional(airSync.Class, text)),
  one(airSync.ClientId, text),
  one(raw(airSync.ApplicationData)),
  since('16.0', flag(email2.Send)),
);
const requestChange = container(
  airSync.Change,
  since('14.0', optional(airSync.Class, text)),
  one(airSync.ServerId, text),
  since('16.0', optional(airSyncBase.InstanceId, compactDateTime)),
  one(raw(airSync.ApplicationData)),
  since('16.0', flag(email2.Send)),
);
const requestDelete = container(
  airSync.Delete,
  one(airSync.ServerId, text),
  since('16.0', optional(airSyncBase.InstanceId, compactDateTime)),
);
const fetch = container(airSync.Fetch, one(airSync.ServerId, text));

/**
 * One collection of a request. The order of its children is checked (`order(requestCollection, value)`), and so is
 * the presence of CollectionId: both answer with Status 4 of the command, so that neither fails the reading.
 */
export const requestCollection = container(
  airSync.Collection,
  until('12.1', optional(airSync.Class, text)),
  one(airSync.SyncKey, text),
  optional(airSync.CollectionId, text),
  optional(raw(airSync.Supported)),
  optional(airSync.DeletesAsMoves, boolean),
  optional(airSync.GetChanges, boolean),
  optional(airSync.WindowSize, int),
  since('14.0', optional(airSync.ConversationMode, boolean)),
  many(options),
  optional(mixed(airSync.Commands, requestAdd, requestChange, requestDelete, fetch)),
);

const request = container(
  airSync.Sync,
  optional(container(airSync.Collections, many(requestCollection))),
  since('12.1', optional(airSync.Wait, int)),
  since('14.0', optional(airSync.HeartbeatInterval, int)),
  since('12.1', optional(airSync.WindowSize, int)),
  since('12.1', flag(airSync.Partial)),
);

const item = [optional(airSync.Class, text), one(airSync.ServerId, text), one(raw(airSync.ApplicationData))] as const;

const responseCommands = mixed(
  airSync.Commands,
  container(airSync.Add, ...item),
  container(airSync.Change, ...item),
  container(airSync.Delete, optional(airSync.Class, text), one(airSync.ServerId, text)),
  container(airSync.SoftDelete, one(airSync.ServerId, text)),
);

const responses = mixed(
  airSync.Responses,
  container(
    airSync.Add,
    optional(airSync.Class, text),
    one(airSync.ClientId, text),
    optional(airSync.ServerId, text),
    one(airSync.Status, int),
    since('16.0', optional(raw(airSync.ApplicationData))),
  ),
  container(
    airSync.Change,
    optional(airSync.Class, text),
    one(airSync.ServerId, text),
    since('16.0', optional(airSyncBase.InstanceId, compactDateTime)),
    one(airSync.Status, int),
    since('16.0', optional(raw(airSync.ApplicationData))),
  ),
  container(
    airSync.Delete,
    one(airSync.ServerId, text),
    since('16.0', optional(airSyncBase.InstanceId, compactDateTime)),
    one(airSync.Status, int),
  ),
  container(
    airSync.Fetch,
    one(airSync.ServerId, text),
    one(airSync.Status, int),
    optional(raw(airSync.ApplicationData)),
  ),
);

export const responseCollection = container(
  airSync.Collection,
  until('12.1', optional(airSync.Class, text)),
  one(airSync.SyncKey, text),
  one(airSync.CollectionId, text),
  one(airSync.Status, int),
  flag(airSync.MoreAvailable),
  optional(responseCommands),
  optional(responses),
);

const response = container(
  airSync.Sync,
  optional(airSync.Status, int),
  since('12.1', optional(airSync.Limit, int)),
  optional(container(airSync.Collections, many(responseCollection))),
);

/** [MS-ASCMD] 2.2.1.21 Sync. */
export const sync = { request, response };
export type SyncRequest = ReadOf<typeof request>;
export type SyncRequestCollection = ReadOf<typeof requestCollection>;
export type SyncRequestCommand = NonNullable<SyncRequestCollection['Commands']>[number];
export type SyncResponse = WrittenOf<typeof response>;
export type SyncResponseCollection = WrittenOf<typeof responseCollection>;
export type SyncResponseCommand = WrittenOf<typeof responseCommands>[number];
export type SyncResponseResult = WrittenOf<typeof responses>[number];

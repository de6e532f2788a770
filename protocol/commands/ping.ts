import { ping as page } from '../pages/index.ts';
import { container, int, many, one, optional, type ReadOf, text, type WrittenOf } from '../schema/index.ts';

const request = container(
  page.Ping,
  optional(page.HeartbeatInterval, int),
  optional(container(page.Folders, many(container(page.Folder, one(page.Id, text), optional(page.Class, text))))),
);

const response = container(
  page.Ping,
  one(page.Status, int),
  optional(container(page.Folders, many(page.Folder, text))),
  optional(page.MaxFolders, int),
  optional(page.HeartbeatInterval, int),
);

/** [MS-ASCMD] 2.2.1.13 Ping. HeartbeatInterval in seconds. */
export const ping = { request, response };
export type PingRequest = ReadOf<typeof request>;
export type PingResponse = WrittenOf<typeof response>;

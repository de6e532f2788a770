import type { ServerId } from '../../domain/ids.ts';

/** The FileReference of an attachment: the item and its key there, nothing that names a blob. */
export function fileReference(id: ServerId, key: string): string {
  return `${id}/${key}`;
}
export function parseFileReference(reference: string): { id: ServerId; key: string } | undefined {
  const match = /^([^/]+)\/([\da-f.]+)$/.exec(reference);
  return match ? { id: match[1] as ServerId, key: match[2]! } : undefined;
}

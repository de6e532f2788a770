import type { CollectionId, Modseq } from './ids.ts';

export type ItemClass = 'Email' | 'Calendar' | 'Contacts' | 'Tasks' | 'Notes' | 'SMS';

/** [MS-ASCMD] 2.2.3.186.3 Type (FolderSync): what each folder type is called and which class it holds. */
export const folderTypes = {
  1: { name: 'Folder', class: 'Email' },
  2: { name: 'Inbox', class: 'Email' },
  3: { name: 'Drafts', class: 'Email' },
  4: { name: 'Deleted Items', class: 'Email' },
  5: { name: 'Sent Items', class: 'Email' },
  6: { name: 'Outbox', class: 'Email' },
  7: { name: 'Tasks', class: 'Tasks' },
  8: { name: 'Calendar', class: 'Calendar' },
  9: { name: 'Contacts', class: 'Contacts' },
  10: { name: 'Notes', class: 'Notes' },
  11: { name: 'Journal', class: undefined },
  12: { name: 'Mail', class: 'Email' },
  13: { name: 'Calendar', class: 'Calendar' },
  14: { name: 'Contacts', class: 'Contacts' },
  15: { name: 'Tasks', class: 'Tasks' },
  16: { name: 'Journal', class: undefined },
  17: { name: 'Notes', class: 'Notes' },
  18: { name: 'Folder', class: undefined },
  19: { name: 'Recipient Information Cache', class: 'Contacts' },
} as const satisfies Record<number, { name: string; class: ItemClass | undefined }>;
export type FolderType = keyof typeof folderTypes;

/** The folders that every account is born with. Their CollectionId is their type: there is one of each. */
export const specialFolders = [2, 3, 4, 5, 6, 7, 8, 9, 10] as const satisfies readonly FolderType[];
export type SpecialFolder = (typeof specialFolders)[number];
export function specialFolderId(type: SpecialFolder): CollectionId {
  return String(type) as CollectionId;
}

/** The recipient information cache, by the CollectionId that the protocol gives it. */
export const recipientCache = 'RI' as CollectionId;

export interface NewCollection {
  readonly id: CollectionId;
  readonly parent: CollectionId | '0';
  readonly name: string;
  readonly type: FolderType;
}
export interface Collection extends NewCollection {
  readonly created: Modseq;
  /** Last stamp of the folder itself (created, renamed, moved, removed), not of its items. */
  readonly modseq: Modseq;
  readonly died?: Modseq;
  /** The highest stamp of anything in it; 0 when nothing ever was. */
  readonly high: Modseq;
  readonly generation: number;
}

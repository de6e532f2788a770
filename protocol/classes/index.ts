import type { Node, Version } from '../schema/index.ts';
import { calendar } from './calendar.ts';
import { contact } from './contact.ts';
import { email } from './email.ts';
import { note } from './note.ts';
import { sms } from './sms.ts';
import { task } from './task.ts';

export * from './air-sync-base.ts';
export * from './calendar.ts';
export * from './contact.ts';
export * from './directory-entry.ts';
export * from './document.ts';
export * from './email.ts';
export * from './enumerations.ts';
export * from './ghosting.ts';
export * from './meeting-request.ts';
export * from './note.ts';
export * from './rights-management.ts';
export * from './sms.ts';
export * from './task.ts';

export interface ClassShape {
  /** What ApplicationData holds; for Properties see `retagged`. */
  readonly schema: Node;
  /** First version that syncs the class. */
  readonly since: Version;
}

/** The classes by the name that stands in Class ([MS-ASCMD] 2.2.3.27.6 Class(Sync)). */
export const classShapes = {
  Email: { schema: email, since: '2.5' },
  Contacts: { schema: contact, since: '2.5' },
  Calendar: { schema: calendar, since: '2.5' },
  Tasks: { schema: task, since: '2.5' },
  Notes: { schema: note, since: '14.0' },
  SMS: { schema: sms, since: '14.0' },
} as const satisfies Record<string, ClassShape>;
export type ClassName = keyof typeof classShapes;

export function isClassName(name: string): name is ClassName {
  return Object.hasOwn(classShapes, name);
}

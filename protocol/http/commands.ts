/** [MS-ASHTTP] 2.2.1.1.1.1.2 Command Codes; GetHierarchy and the obsolete three travel in plain queries too. */
export const commandCodes = {
  Sync: 0,
  SendMail: 1,
  SmartForward: 2,
  SmartReply: 3,
  GetAttachment: 4,
  GetHierarchy: 5,
  CreateCollection: 6,
  DeleteCollection: 7,
  MoveCollection: 8,
  FolderSync: 9,
  FolderCreate: 10,
  FolderDelete: 11,
  FolderUpdate: 12,
  MoveItems: 13,
  GetItemEstimate: 14,
  MeetingResponse: 15,
  Search: 16,
  Settings: 17,
  Ping: 18,
  ItemOperations: 19,
  Provision: 20,
  ResolveRecipients: 21,
  ValidateCert: 22,
  Find: 23,
} as const;
export type CommandName = keyof typeof commandCodes;

const names: ReadonlyMap<number, CommandName> = new Map(
  Object.entries(commandCodes).map(([name, code]) => [code, name as CommandName]),
);

export function commandOfCode(code: number): CommandName | undefined {
  return names.get(code);
}

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(commandCodes, name);
}

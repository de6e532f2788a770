// The order of checks before a command runs, and what each failure answers (MS-ASHTTP, MS-ASCMD). First failure wins.
// It reads the device and changes nothing; it must never hold a rule of a single command.
import {
  bodilessCommands,
  type CommandName,
  commandShapes,
  hasCommand,
  httpOfStatus,
  isCommandName,
  isVersion,
  type ParsedQuery,
  parseQuery,
  type Query,
  readRequestHeaders,
  type ShapedCommand,
  type Version,
} from '../../protocol/index.ts';
import type { BareCommand, Command } from '../commands/define.ts';
import { commands, servedVersions } from '../commands/index.ts';
import { quirksOf } from '../commands/quirks.ts';
import { type Device, isTrial } from '../domain/device.ts';
import type { AccountId, DeviceId } from '../domain/ids.ts';
import type { Store } from '../store/port.ts';
import { type DeviceRules, refuseDevice } from './devices.ts';
import type { EasRequest } from './types.ts';

/** The request may go on. */
export interface Admission {
  readonly command: Command | BareCommand;
  readonly version: Version;
  readonly query: Query;
  /** Undefined: not seen before. */
  readonly device: Device | undefined;
  readonly deviceId: DeviceId;
  readonly deviceType: string;
}
/** It may not: an HTTP code, or a Status under the command's root. */
export type Refusal =
  | { readonly http: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly status: number; readonly command: ShapedCommand; readonly version: Version };

export interface Gate {
  readonly store: Store;
  /** Whether `user`, as a query names it, is somebody, but not this account. */
  readonly namesAnother: (user: string, account: AccountId) => Promise<boolean>;
  readonly rules: () => DeviceRules;
}

const deviceIdForm = /^[A-Za-z0-9]{1,32}$/;

export async function admit(gate: Gate, request: EasRequest): Promise<Admission | Refusal> {
  const parsed: ParsedQuery = parseQuery(request.query);
  if ('error' in parsed) return { http: parsed.error === 'unknown-command-code' ? 501 : 400 };
  const { query } = parsed;
  const { user = '' } = query;
  const asLogin = user.toLowerCase() === request.login.toLowerCase();
  if (user !== '' && !asLogin && (await gate.namesAnother(user, request.account))) return { http: 403 };
  const version = query.version ?? readRequestHeaders(request.headers).version?.trim() ?? unsaid(query);
  if (version === '1.0') return { http: 505 };
  if (version === undefined || !isVersion(version) || !servedVersions.includes(version)) return { http: 400 };
  const name = commandName(query.command);
  const refuse = (status: number): Refusal =>
    isShaped(name) ? { status, command: name, version } : { http: httpOfStatus(name ?? '', status) ?? 400 };
  if (request.disabled) return refuse(126);
  const ids = [query.deviceId, query.deviceIdText].filter((id) => id !== undefined && deviceIdForm.test(id));
  if (ids.length === 0) return refuse(108);
  if (query.deviceType === undefined || query.deviceType === '') return refuse(109);
  if (name === undefined) return { http: 501 };
  const command = commands.get(name);
  if (!command) return refuse(137);
  if (!isOf(name, version) && !isAskedAlways(name, query, request, version)) return refuse(138);
  const { deviceId, device } = await findDevice(gate.store, request.account, ids as DeviceId[]);
  const admission = { command, version, query, device, deviceId, deviceType: query.deviceType };
  const refused = isTrial(deviceId) ? undefined : await askRules(gate, request, admission);
  if (!refused) return admission;
  if ('http' in refused) return refused;
  if ('status' in refused) return refuse(refused.status);
  return { http: 503, headers: { 'Retry-After': String(refused.retryAfter) } };
}

function askRules({ store, rules }: Gate, { account, headers }: EasRequest, admission: Admission) {
  const { command, version, query, device, deviceId, deviceType } = admission;
  const { userAgent, policyKey = query.policyKey } = readRequestHeaders(headers);
  const about = { account, deviceId, device, type: deviceType, userAgent, version, command: command.name, policyKey };
  return refuseDevice(store, rules(), about);
}

/** What asks without a version is of the time before there were others. */
function unsaid({ deviceType = '' }: Query): Version | undefined {
  return /^(?:PPC|PocketPC|SP|SmartPhone)$/i.test(deviceType) ? '2.5' : undefined;
}

function isOf(name: CommandName, version: Version): boolean {
  return (!isShaped(name) && !isBodiless(name)) || hasCommand(name, version);
}
function isAskedAlways(name: CommandName, { deviceType = '' }: Query, { headers }: EasRequest, version: Version) {
  const { userAgent } = readRequestHeaders(headers);
  return name === 'Find' && quirksOf({ type: deviceType, userAgent, version }).findsInEveryVersion === true;
}
function isBodiless(name: CommandName): name is keyof typeof bodilessCommands & CommandName {
  return Object.hasOwn(bodilessCommands, name);
}

/** It has a root element under which a Status can be answered. */
function isShaped(name: string | undefined): name is ShapedCommand {
  return name !== undefined && Object.hasOwn(commandShapes, name);
}

/** Commands are matched as written; the few clients that write them otherwise get 501. */
function commandName(text: string): CommandName | undefined {
  return isCommandName(text) ? text : undefined;
}

/** A base64 query's id is known by its digits, or by the text that it spells when a device goes by that: the first of both. */
async function findDevice(
  store: Store,
  account: AccountId,
  ids: readonly DeviceId[],
): Promise<{ deviceId: DeviceId; device: Device | undefined }> {
  return store.read(account, async (reader) => {
    for (const deviceId of ids) {
      const device = await reader.device(deviceId);
      if (device) return { deviceId, device };
    }
    return { deviceId: ids[0]!, device: undefined };
  });
}

// Bytes in, bytes out: gate → decode → read → command → write → encode. The one place where an error becomes a Status.
// It must never hold a rule of a single command, and nothing private leaves it.
import { randomUUID } from 'node:crypto';
import {
  contentTypes,
  decode,
  defaultLimits,
  isWbxmlType,
  type Node,
  rank,
  read,
  readRequestHeaders,
  SchemaError,
  type ShapedCommand,
  type Version,
  WbxmlError,
} from '../../protocol/index.ts';
import type { Clock } from '../clock.ts';
import type { BareCommand, Command, Context, Limits } from '../commands/define.ts';
import { commands, servedVersions } from '../commands/index.ts';
import { createLane, type Lane } from '../commands/lane.ts';
import { newestFor, quirksOf } from '../commands/quirks.ts';
import { faultOf, schemaStatusOf, statusOf } from '../commands/status.ts';
import type { Config } from '../config/config.ts';
import { type Device, isTrial } from '../domain/device.ts';
import { EasError, isEasError } from '../domain/errors.ts';
import type { AccountId } from '../domain/ids.ts';
import type { Log } from '../log.ts';
import { Waiters } from '../push/waiters.ts';
import type { Sealer } from '../sealer.ts';
import type { Reader, Store, Transaction } from '../store/port.ts';
import type { Tally } from '../tally.ts';
import type { Trust } from '../trust.ts';
import { type Asked, answerOf, isOld, refusal, server, type Working } from './answer.ts';
import { Budget } from './budget.ts';
import { makeRoom } from './devices.ts';
import { type Admission, admit, type Gate } from './gate.ts';
import { rehearse } from './rehearse.ts';
import type { EasRequest, EasResponse, Endpoint } from './types.ts';

export interface EndpointParts {
  readonly store: Store;
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly sealer: Sealer;
  readonly trust: Trust;
  readonly tally?: Tally;
  readonly namesAnother: Gate['namesAnother'];
}

export function createEndpoint(parts: EndpointParts): Endpoint & AsyncDisposable & { readonly waiting: () => number } {
  const { store, config, clock, log } = parts;
  const waiters = new Waiters({
    clock,
    store,
    node: randomUUID(),
    quietDelay: config.quietDelay * 1000,
    onError: (error) => log.error('a waiting phone could not be asked', { error }),
  });
  const budget = new Budget(clock, config.deviceRate, parts.tally);
  const { policy, maxDevices } = config;
  const rules = () => ({ policy, maxDevices, budget, now: clock.now() });
  const pages = createLane(2);
  const limits = limitsOf(config);
  const running: Running = { ...parts, waiters, limits, pages, told: new Set(), rules, budget };
  return {
    options: (userAgent) => ({ 'MS-Server-ActiveSync': server, ...announcement(newestFor(userAgent)) }),
    handle: (request) => begin(running, request).then(({ response }) => response),
    waiting: () => waiters.size,
    [Symbol.asyncDispose]: () => waiters[Symbol.asyncDispose](),
  };
}

interface Running extends EndpointParts {
  readonly waiters: Waiters;
  readonly limits: Limits;
  readonly pages: Lane;
  /** What was logged once of a device. */
  readonly told: Set<string>;
  readonly rules: Gate['rules'];
  readonly budget: Budget;
}

function limitsOf(config: Config): Limits {
  return {
    heartbeat: config.heartbeat,
    message: config.limits.mail,
    deletes: { share: config.massDelete },
    collections: 300,
    commands: 200,
    answer: 8 * 1024 * 1024,
  };
}

/** What is there and nothing else. */
function announcement(newest: Version = servedVersions.at(-1)!) {
  return {
    'MS-ASProtocolVersions': servedVersions.filter((version) => rank(version) <= rank(newest)).join(','),
    'MS-ASProtocolCommands': [...commands.keys()].join(','),
  };
}

/** In an object, so that whoever awaits it does not wait for the response as well. */
interface Begun {
  readonly response: EasResponse | Promise<EasResponse>;
}

/** Ends when the command has the request: of one that waits, what its answer needs is kept, and no more. */
async function begin(running: Running, request: EasRequest): Promise<Begun> {
  const admission = await admit(running, request);
  if ('http' in admission)
    return { response: { status: admission.http, headers: admission.headers ?? {}, body: [], note: {} } };
  if ('status' in admission) {
    const { command, status, version } = admission;
    return { response: refusal(command, status, version, { command, easStatus: status }) };
  }
  const { command, version, deviceId } = admission;
  const note: Record<string, string | number> = { command: command.name, device: deviceId, version };
  if ('answer' in command) return { response: handleBare(running, request, admission, command, note) };
  const asked: Asked = { account: request.account, command, version, note };
  let reading = true;
  try {
    const body = await readBody(running, request, command);
    reading = false;
    await slowLoops(running, request, admission, body);
    const input = readInput(running, request, admission, command, body);
    const context = await contextOf(running, request, admission, note);
    const isTold = announces(command, input) || isNews(admission);
    const headers = isTold ? { ...announcement(), 'X-MS-RP': versionList } : {};
    const working = { ...asked, headers, parts: context.parts, input: command.arrange && input };
    return { response: whenDone(running, working, command.handle(context, input)) };
  } catch (error) {
    // A body over the limit is HTTP's to refuse, unless it is the message to be sent that is too large.
    if (reading && command.carriesMessage !== 'sent' && isEasError(error, 'too-large')) throw error;
    return { response: refusalOf(running, asked, error) };
  }
}

function whenDone(running: Running, working: Working, value: Promise<unknown>): Promise<EasResponse> {
  return value.then((it) => answerOf(working, it)).catch((error) => refusalOf(running, working, error));
}

function refusalOf(running: Running, { account, command, version, note }: Asked, error: unknown): EasResponse {
  const easStatus = statusOfError(running, account, command, error);
  return refusal(command.name as ShapedCommand, easStatus, version, { ...note, easStatus });
}

/** GetAttachment and GetHierarchy: what fails is HTTP's 500 ([MS-ASCMD] 2.2.1.7 GetAttachment). */
async function handleBare(
  running: Running,
  request: EasRequest,
  admission: Admission,
  command: BareCommand,
  note: Record<string, string | number>,
): Promise<EasResponse> {
  try {
    const context = await contextOf(running, request, admission, note);
    const { type, body } = await command.answer(context, admission.query.parameters);
    return { status: 200, headers: { 'MS-Server-ActiveSync': server, 'Content-Type': type }, body, note };
  } catch (error) {
    statusOfError(running, request.account, command, error);
    return { status: 500, headers: { 'MS-Server-ActiveSync': server }, body: [], note };
  }
}

const versionList = servedVersions.join(',');

/** The list changed since the device was last told: its next answer says so, once. */
function isNews({ device }: Admission): boolean {
  return device?.announced !== undefined && device.announced !== versionList;
}

/** A device that begins again is told what the server can do ([MS-ASHTTP] R1202). */
function announces(command: Command, input: unknown): boolean {
  return command.name === 'FolderSync' && (input as { SyncKey: string }).SyncKey === '0';
}

/** The device says so in a header, or in the options of a base64 query. */
function acceptsParts({ headers }: EasRequest, { command, query }: Admission): boolean {
  const { acceptMultiPart } = readRequestHeaders(headers);
  return (
    'multipart' in command && (acceptMultiPart?.toUpperCase() === 'T' || query.parameters.AcceptMultiPart === true)
  );
}

function readBody({ config }: Running, request: EasRequest, command: Command): Promise<Buffer> {
  const { mail, wbxml } = config.limits;
  return request.body(command.carriesMessage ? mail + wbxml : wbxml);
}

/** [MS-ASCMD] R4811: a body of another type, or none where there must be one, is invalid content. */
function readInput(
  running: Running,
  request: EasRequest,
  admission: Admission,
  command: Command,
  body: Buffer,
): unknown {
  const { version, query } = admission;
  if (command.fromMessage && isOld(version)) return command.fromMessage(readMessage(request, body), query.parameters);
  if (body.length === 0) {
    if (command.body === 'cached') return undefined;
    throw new EasError('invalid-body', 'no body');
  }
  const { contentType } = readRequestHeaders(request.headers);
  if (!isWbxmlType(contentType ?? '')) throw new EasError('invalid-body', `Content-Type ${contentType}`);
  const { root, trailing } = decode(body, { ...defaultLimits, length: running.config.limits.mail });
  const { value, unknown } = read(command.request as Node, root, { version });
  const strange = trailing > 0 ? [...unknown, `${trailing} bytes behind the end`] : unknown;
  for (const path of strange) tellOnce(running, request, admission, path);
  return value;
}

/** Up to 12.1 a message comes as it is. */
function readMessage(request: EasRequest, body: Buffer): Buffer {
  const { contentType = '' } = readRequestHeaders(request.headers);
  if (body.length === 0 || contentType.split(';')[0]!.trim().toLowerCase() !== contentTypes.message)
    throw new EasError('invalid-body', `Content-Type ${contentType}`);
  return body;
}

/** A device that sends the same again and again waits longer each time, so that it costs little. */
async function slowLoops(running: Running, request: EasRequest, admission: Admission, body: Buffer): Promise<void> {
  const { account, closed } = request;
  const { command, deviceId: device } = admission;
  const { times, delay } = running.budget.repeated(`${account} ${device}`, command.name, body);
  if (delay === 0) return;
  running.log.warn('a device repeats itself', { account, device, command: command.name, times });
  await new Promise<void>((resolve) => {
    const cancel = running.clock.after(delay, resolve);
    const giveUp = () => {
      cancel();
      resolve();
    };
    closed.addEventListener('abort', giveUp, { once: true });
  });
}

function tellOnce({ log, told }: Running, { account }: EasRequest, admission: Admission, what: string): void {
  const { command, deviceId: device } = admission;
  const key = `${account} ${device} ${command.name} ${what}`;
  if (told.has(key)) return;
  if (told.size > 10_000) told.clear();
  told.add(key);
  log.info('not understood', { account, device, command: command.name, what });
}

const staleAfter = 60_000;

async function contextOf(
  running: Running,
  request: EasRequest,
  admission: Admission,
  note: Record<string, string | number>,
): Promise<Context> {
  const { store, clock, log, waiters, limits, pages, config, sealer, trust } = running;
  const { account, credential = '' } = request;
  const trial = isTrial(admission.deviceId);
  const device = trial ? newDevice(admission, request, clock) : await currentDevice(running, request, admission);
  return {
    account,
    device,
    version: admission.version,
    quirks: quirksOf({ type: admission.deviceType, userAgent: device.userAgent, version: admission.version }),
    policy: config.policy,
    credential,
    store,
    read: <T>(look: (reader: Reader) => Promise<T>) => store.read(account, look),
    transact: <T>(work: (tx: Transaction) => Promise<T>) =>
      trial ? rehearse(store, request, device, work) : store.transact(account, work),
    waiters,
    clock,
    log,
    sealer,
    trust,
    limits,
    joined: config.joinDomains,
    pages,
    ...(acceptsParts(request, admission) && { parts: [] }),
    closed: request.closed,
    note: (key, value) => {
      note[key] = value;
    },
  };
}

function newDevice({ deviceId, deviceType, version }: Admission, request: EasRequest, clock: Clock): Device {
  const now = clock.now();
  const { userAgent } = readRequestHeaders(request.headers);
  const agent = userAgent === undefined ? {} : { userAgent: userAgent.slice(0, 256) };
  return {
    id: deviceId,
    type: deviceType.slice(0, 64),
    version,
    announced: versionList,
    ...agent,
    created: now,
    lastSeen: now,
    sent: [],
    generation: 0,
  };
}

/** The device as it is now, written when it is new, changed its version or program, or was last seen a while ago. */
async function currentDevice(
  { store, clock, config }: Running,
  request: EasRequest,
  admission: Admission,
): Promise<Device> {
  const seen = newDevice(admission, request, clock);
  const known = admission.device;
  const fresh =
    known &&
    known.version === seen.version &&
    known.announced === seen.announced &&
    (seen.userAgent === undefined || known.userAgent === seen.userAgent) &&
    seen.lastSeen - known.lastSeen < staleAfter;
  if (fresh) return known;
  return store.transact(request.account, async (tx) => {
    const before = await tx.device(admission.deviceId);
    const { created: _, sent: __, generation: ___, ...now } = seen;
    const next = before ? { ...before, ...now } : seen;
    if (!before) await makeRoom(tx, config.maxDevices, seen.lastSeen);
    tx.putDevice(next);
    return next;
  });
}

/** The one catch: which Status an error has, and how loudly it is logged. */
function statusOfError({ log }: Running, account: AccountId, command: Pick<Command, 'name'>, error: unknown): number {
  const where = { account, command: command.name };
  if (error instanceof WbxmlError || error instanceof SchemaError) {
    log.info('refused', { ...where, reason: error.message });
    return error instanceof WbxmlError ? 102 : schemaStatusOf(command.name, error.path);
  }
  if (error instanceof EasError) {
    log.info('refused', { ...where, reason: error.message });
    return statusOf(command.name, error.code);
  }
  log.error('a command failed', { ...where, error });
  return faultOf(command.name);
}

// Bytes in, bytes out: gate → decode → read → command → write → encode. The one place where an error becomes a Status.
// It must never hold a rule of a single command, and nothing private leaves it.
import { randomUUID } from 'node:crypto';
import {
  buildMultipart,
  type Chunk,
  contentTypes,
  decode,
  defaultLimits,
  encodeChunks,
  httpOfStatus,
  isWbxmlType,
  type Node,
  rank,
  read,
  readRequestHeaders,
  SchemaError,
  type ShapedCommand,
  statusAnswer,
  type Version,
  WbxmlError,
  write,
} from '../../protocol/index.ts';
import type { Element } from '../../protocol/wbxml/element.ts';
import type { Clock } from '../clock.ts';
import type { BareCommand, Command, Context, Limits } from '../commands/define.ts';
import { commands, servedVersions } from '../commands/index.ts';
import { createLane, type Lane } from '../commands/lane.ts';
import { newestFor, quirksOf } from '../commands/quirks.ts';
import { faultOf, schemaStatusOf, statusOf } from '../commands/status.ts';
import type { Config } from '../config/config.ts';
import { type Device, isTrial } from '../domain/device.ts';
import { EasError, isEasError } from '../domain/errors.ts';
import type { Log } from '../log.ts';
import { Waiters } from '../push/waiters.ts';
import type { Sealer } from '../sealer.ts';
import type { Reader, Store, Transaction } from '../store/port.ts';
import type { Tally } from '../tally.ts';
import type { Trust } from '../trust.ts';
import { Budget } from './budget.ts';
import { makeRoom } from './devices.ts';
import { type Admission, admit, type Gate } from './gate.ts';
import { rehearse } from './rehearse.ts';
import type { EasRequest, EasResponse, Endpoint } from './types.ts';

const server = '16.1';

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
    handle: (request) => handle(running, request),
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

async function handle(running: Running, request: EasRequest): Promise<EasResponse> {
  const admission = await admit(running, request);
  if ('http' in admission) return { status: admission.http, headers: admission.headers ?? {}, body: [], note: {} };
  if ('status' in admission) {
    const { command, status, version } = admission;
    return refusal(command, status, version, { command, easStatus: status });
  }
  const { command, version, deviceId } = admission;
  const note: Record<string, string | number> = { command: command.name, device: deviceId, version };
  if ('answer' in command) return handleBare(running, request, admission, command, note);
  let reading = true;
  try {
    const body = await readBody(running, request, command);
    reading = false;
    await slowLoops(running, request, admission, body);
    const input = readInput(running, request, admission, command, body);
    const context = await contextOf(running, request, admission, note);
    const value = await command.handle(context, input);
    const whole = wholeStatus(value, version);
    if (whole !== undefined)
      return refusal(command.name as ShapedCommand, whole, version, { ...note, easStatus: whole });
    const written = value === undefined ? undefined : write(command.response, value, { version });
    const answer = written && command.arrange ? command.arrange(written, input as never) : written;
    if (answer && context.parts) return respondInParts(answer, context.parts, note);
    return respond(
      answer,
      note,
      announces(command, input) || isNews(admission) ? { ...announcement(), 'X-MS-RP': versionList } : {},
    );
  } catch (error) {
    // A body over the limit is HTTP's to refuse, unless it is the message to be sent that is too large.
    if (reading && command.carriesMessage !== 'sent' && isEasError(error, 'too-large')) throw error;
    const easStatus = statusOfError(running, request, command, error);
    return refusal(command.name as ShapedCommand, easStatus, version, { ...note, easStatus });
  }
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
    statusOfError(running, request, command, error);
    return { status: 500, headers: { 'MS-Server-ActiveSync': server }, body: [], note };
  }
}

/** A Status of the whole request is an HTTP code before 14.0 ([MS-ASCMD] 2.2.2 Common Status Codes). */
function refusal(command: ShapedCommand, status: number, version: Version, note: EasResponse['note']): EasResponse {
  const http = isOld(version) ? httpOfStatus(command, status) : undefined;
  if (http === undefined) return respond(statusAnswer(command, status), note);
  return { status: http, headers: { 'MS-Server-ActiveSync': server, ...later(http) }, body: [], note };
}
/** [MS-ASHTTP] R288. */
function later(http: number): Readonly<Record<string, string>> {
  return http === 503 ? { 'Retry-After': '30' } : {};
}
function isOld(version: Version): boolean {
  return rank(version) < rank('14.0');
}

/** The common Status that an answer to an old version would carry at its root. */
function wholeStatus(value: unknown, version: Version): number | undefined {
  const { Status } = (value ?? {}) as { readonly Status?: number };
  return isOld(version) && Status !== undefined && Status > 100 ? Status : undefined;
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

function respond(
  answer: Element | undefined,
  note: EasResponse['note'],
  extra: Readonly<Record<string, string>> = {},
): EasResponse {
  const headers = { 'MS-Server-ActiveSync': server, ...extra };
  if (!answer) return { status: 200, headers, body: [], note };
  return {
    status: 200,
    headers: { ...headers, 'Content-Type': contentTypes.wbxml },
    body: encodeChunks(answer).chunks,
    note,
  };
}

function respondInParts(answer: Element, parts: Chunk[][], note: EasResponse['note']): EasResponse {
  const headers = { 'MS-Server-ActiveSync': server, 'Content-Type': contentTypes.multipart };
  return { status: 200, headers, body: buildMultipart([encodeChunks(answer).chunks, ...parts]), note };
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
function statusOfError(
  { log }: Running,
  { account }: EasRequest,
  command: Pick<Command, 'name'>,
  error: unknown,
): number {
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

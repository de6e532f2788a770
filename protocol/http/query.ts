/**
 * The query of a request in its two forms, both directions: plain text (`Cmd=Sync&User=…`) and base64 of bytes.
 * Parsing never throws and judges nothing: whether version, device or command are acceptable is asked elsewhere.
 */
import { commandCodes, commandOfCode, isCommandName } from './commands.ts';

export interface Query {
  /** `14.1`; only the base64 form carries it. */
  readonly version?: string;
  /** As sent; not necessarily a command that exists. */
  readonly command: string;
  readonly user?: string;
  /** Upper-case hexadecimal digits when it came as bytes; `deviceIdText` is then their other reading. */
  readonly deviceId?: string;
  /** The same bytes as text, when all of them are letters and digits: some devices mean that. */
  readonly deviceIdText?: string;
  readonly deviceType?: string;
  /** Decimal uint32; only the base64 form carries it. */
  readonly policyKey?: string;
  /** LCID; only the base64 form carries it. */
  readonly locale?: number;
  readonly parameters: QueryParameters;
}

/** [MS-ASHTTP] 2.2.1.1.1.1.3 Command Parameters. */
export interface QueryParameters {
  readonly AttachmentName?: string;
  readonly CollectionId?: string;
  readonly CollectionName?: string;
  readonly ItemId?: string;
  readonly LongId?: string;
  readonly ParentId?: string;
  readonly Occurrence?: string;
  readonly SaveInSent?: boolean;
  readonly AcceptMultiPart?: boolean;
}

/** Neither form; base64 that ends too early; a base64 command code that does not exist. */
export type QueryError = 'not-a-query' | 'truncated' | 'unknown-command-code';

export type ParsedQuery = { readonly query: Query } | { readonly error: QueryError };

/** Parses the part behind the `?`, still percent-encoded. */
export function parseQuery(text: string): ParsedQuery {
  if (/(?:^|&)cmd=/i.test(text)) return { query: parsePlain(text) };
  const bytes = bytesOfBase64(text);
  return bytes === undefined ? { error: 'not-a-query' } : parseBytes(bytes);
}

const parameterOfTag = [
  'AttachmentName',
  'CollectionId',
  'CollectionName',
  'ItemId',
  'LongId',
  'ParentId',
  'Occurrence',
] as const;
const optionsTag = 7;
const userTag = 8;
const saveInSent = 0x01;
const acceptMultiPart = 0x02;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** [MS-ASHTTP] 2.2.1.1.1.2 Plain Text Query Value. `+` stands for itself, as addresses hold it. */
function parsePlain(text: string): Query {
  const fields = new Map<string, string>();
  for (const pair of text.split('&')) {
    const at = pair.indexOf('=');
    if (at < 0) continue;
    const name = percentDecoded(pair.slice(0, at)).toLowerCase();
    if (!fields.has(name)) fields.set(name, percentDecoded(pair.slice(at + 1)));
  }
  const parameters: Mutable<QueryParameters> = {};
  for (const name of parameterOfTag) {
    const value = fields.get(name.toLowerCase());
    if (value !== undefined) parameters[name] = value;
  }
  const save = fields.get('saveinsent');
  if (save !== undefined) parameters.SaveInSent = save.toUpperCase() === 'T';
  const user = fields.get('user');
  const deviceId = fields.get('deviceid');
  const deviceType = fields.get('devicetype');
  return {
    command: fields.get('cmd') ?? '',
    ...(user !== undefined && { user }),
    ...(deviceId !== undefined && { deviceId }),
    ...(deviceType !== undefined && { deviceType }),
    parameters,
  };
}

/** [MS-ASHTTP] 2.2.1.1.1.1 Base64 Encoded Query Value. */
function parseBytes(bytes: Buffer): ParsedQuery {
  let position = 4;
  const field = (): Buffer | undefined => {
    const length = bytes[position];
    if (length === undefined || position + 1 + length > bytes.length) return undefined;
    position += 1 + length;
    return bytes.subarray(position - length, position);
  };
  const device = field();
  const key = device && field();
  const type = key && field();
  if (device === undefined || key === undefined || type === undefined) return { error: 'truncated' };
  if (key.length !== 0 && key.length !== 4) return { error: 'not-a-query' };
  const command = commandOfCode(bytes[1]!);
  if (command === undefined) return { error: 'unknown-command-code' };

  const parameters: Mutable<QueryParameters> = {};
  let user: string | undefined;
  while (position < bytes.length) {
    const tag = bytes[position++]!;
    const value = field();
    if (value === undefined) return { error: 'truncated' };
    const name = parameterOfTag[tag];
    if (name !== undefined) parameters[name] = value.toString('utf8');
    else if (tag === optionsTag) {
      parameters.SaveInSent = ((value[0] ?? 0) & saveInSent) !== 0;
      parameters.AcceptMultiPart = ((value[0] ?? 0) & acceptMultiPart) !== 0;
    } else if (tag === userTag) user = value.toString('utf8');
  }
  const asText = device.toString('latin1');
  return {
    query: {
      version: `${Math.floor(bytes[0]! / 10)}.${bytes[0]! % 10}`,
      command,
      ...(user !== undefined && { user }),
      ...(device.length > 0 && { deviceId: device.toString('hex').toUpperCase() }),
      ...(/^[A-Za-z0-9]+$/.test(asText) && { deviceIdText: asText }),
      ...(type.length > 0 && { deviceType: type.toString('utf8') }),
      ...(key.length === 4 && { policyKey: String(key.readUInt32LE()) }),
      locale: bytes.readUInt16LE(2),
      parameters,
    },
  };
}

/** The plain form; version, policy key, locale and AcceptMultiPart are headers there. */
export function buildPlainQuery(query: Query): string {
  const { parameters } = query;
  const fields: [string, string | undefined][] = [
    ['Cmd', query.command],
    ['User', query.user],
    ['DeviceId', query.deviceId],
    ['DeviceType', query.deviceType],
    ...parameterOfTag.map((name): [string, string | undefined] => [name, parameters[name]]),
    ['SaveInSent', parameters.SaveInSent === undefined ? undefined : parameters.SaveInSent ? 'T' : 'F'],
  ];
  return fields
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value!)}`)
    .join('&');
}

/**
 * The base64 form. `deviceIdText` goes out as these characters, else `deviceId` as the bytes of its hexadecimal
 * digits or, when it is not hexadecimal, as its characters. Throws RangeError for what the form cannot hold.
 */
export function buildBase64Query(query: Query): string {
  if (!isCommandName(query.command)) throw new RangeError(`${query.command} has no code`);
  const [major, minor] = (query.version ?? '').split('.').map(Number);
  const version = major! * 10 + minor!;
  if (!(version >= 0 && version <= 255)) throw new RangeError('the version is missing');
  const locale = query.locale ?? 0x0409;
  const key = Buffer.alloc(query.policyKey === undefined ? 0 : 4);
  if (query.policyKey !== undefined) key.writeUInt32LE(Number(query.policyKey));
  const pieces = [
    Buffer.from([version, commandCodes[query.command], locale & 0xff, locale >> 8]),
    field(deviceBytes(query)),
    field(key),
    field(Buffer.from(query.deviceType ?? '', 'utf8')),
  ];
  const { parameters } = query;
  parameterOfTag.forEach((name, tag) => {
    const value = parameters[name];
    if (value !== undefined) pieces.push(Buffer.from([tag]), field(Buffer.from(value, 'utf8')));
  });
  if (parameters.SaveInSent !== undefined || parameters.AcceptMultiPart !== undefined) {
    const mask = (parameters.SaveInSent ? saveInSent : 0) | (parameters.AcceptMultiPart ? acceptMultiPart : 0);
    pieces.push(Buffer.from([optionsTag, 1, mask]));
  }
  if (query.user !== undefined) pieces.push(Buffer.from([userTag]), field(Buffer.from(query.user, 'utf8')));
  return Buffer.concat(pieces).toString('base64');
}

function deviceBytes({ deviceId = '', deviceIdText }: Query): Buffer {
  if (deviceIdText !== undefined) return Buffer.from(deviceIdText, 'latin1');
  return /^(?:[0-9A-Fa-f]{2})+$/.test(deviceId) ? Buffer.from(deviceId, 'hex') : Buffer.from(deviceId, 'latin1');
}

function field(bytes: Buffer): Buffer {
  if (bytes.length > 255) throw new RangeError('a field of the query holds at most 255 bytes');
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function bytesOfBase64(text: string): Buffer | undefined {
  const standard = percentDecoded(text).replace(/[ -]/g, '+').replace(/_/g, '/').replace(/=+$/, '');
  if (standard === '' || standard.length % 4 === 1 || !/^[A-Za-z0-9+/]+$/.test(standard)) return undefined;
  return Buffer.from(standard, 'base64');
}

/** Percent-decoded UTF-8; malformed escapes stay as they are. */
function percentDecoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

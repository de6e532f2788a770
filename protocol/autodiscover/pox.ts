/**
 * [MS-ASCMD] 2.2.1.1 Autodiscover in plain XML, both directions. Reading goes by local names, as clients mix the
 * namespaces; building writes the documented ones.
 */
import { childOf, childrenOf, escaped, readXml, textIn, type XmlNode } from './xml.ts';

const base = 'http://schemas.microsoft.com/exchange/autodiscover';
export const autodiscoverNamespaces = {
  request: `${base}/mobilesync/requestschema/2006`,
  /** What AcceptableResponseSchema of a phone says. */
  mobileSync: `${base}/mobilesync/responseschema/2006`,
  generic: `${base}/responseschema/2006`,
  /** Of Outlook on a desk: another provider. */
  outlook: `${base}/outlook/responseschema/2006a`,
} as const;

export interface AutodiscoverRequest {
  readonly address: string;
  readonly schema: string;
}

export interface AutodiscoverServer {
  readonly type: 'MobileSync' | 'CertEnroll';
  readonly url: string;
  /** Of MobileSync the same as `url`. */
  readonly name?: string;
  /** Of CertEnroll: the template's name. */
  readonly serverData?: string;
}

export interface AutodiscoverUser {
  readonly displayName?: string;
  /** The primary address, which the client uses from then on. */
  readonly address: string;
}

/** 600: no valid request; 601: no provider for the schema. */
export type AutodiscoverProblem = 600 | 601;

export type AutodiscoverResponse =
  | {
      readonly kind: 'settings';
      readonly culture?: string;
      readonly user: AutodiscoverUser;
      readonly servers: readonly AutodiscoverServer[];
    }
  | { readonly kind: 'redirect'; readonly culture?: string; readonly user?: AutodiscoverUser; readonly address: string }
  | {
      readonly kind: 'error';
      readonly culture?: string;
      readonly status?: number;
      readonly message?: string;
      readonly debugData?: string;
      readonly errorCode?: number;
    }
  /** An error of the framework: `time` is `HH:MM:SS.ffffff`, `id` a uint32. */
  | {
      readonly kind: 'problem';
      readonly code: number;
      readonly message?: string;
      readonly debugData?: string;
      readonly time?: string;
      readonly id?: number;
    };

const declaration = '<?xml version="1.0" encoding="utf-8"?>\n';

export function buildAutodiscoverRequest({ address, schema }: AutodiscoverRequest): string {
  const request = tag('EMailAddress', address) + tag('AcceptableResponseSchema', schema);
  return `${declaration}<Autodiscover xmlns="${autodiscoverNamespaces.request}"><Request>${request}</Request></Autodiscover>`;
}

/** Undefined where the answer is 600: not XML, another root, no address or schema, not exactly one Request. */
export function parseAutodiscoverRequest(xml: string): AutodiscoverRequest | undefined {
  const root = readXml(xml);
  const [request, ...more] = root?.name === 'Autodiscover' ? childrenOf(root, 'Request') : [];
  const address = textIn(request, 'EMailAddress');
  const schema = textIn(request, 'AcceptableResponseSchema');
  if (more.length > 0 || address === undefined || !address.includes('@') || schema === undefined) return undefined;
  return { address, schema };
}

export function buildAutodiscoverResponse(answer: AutodiscoverResponse): string {
  return `${declaration}<Autodiscover xmlns="${autodiscoverNamespaces.generic}">${responseXml(answer)}</Autodiscover>`;
}

/** Undefined for what is no answer to a phone. */
export function parseAutodiscoverResponse(xml: string): AutodiscoverResponse | undefined {
  const root = readXml(xml);
  const response = root?.name === 'Autodiscover' ? childOf(root, 'Response') : undefined;
  const problem = childOf(response, 'Error');
  if (problem !== undefined) return readProblem(problem);
  const action = childOf(response, 'Action');
  const culture = optionalField('culture', textIn(response, 'Culture'));
  const user = readUser(childOf(response, 'User'));
  const redirect = textIn(action, 'Redirect');
  if (redirect !== undefined)
    return { kind: 'redirect', ...culture, ...optionalField('user', user), address: redirect };
  const settings = childOf(action, 'Settings');
  if (settings !== undefined && user !== undefined) {
    return { kind: 'settings', ...culture, user, servers: childrenOf(settings, 'Server').flatMap(readServer) };
  }
  const error = childOf(action, 'Error');
  if (error === undefined) return undefined;
  return {
    kind: 'error',
    ...culture,
    ...optionalField('status', numberIn(error, 'Status')),
    ...optionalField('message', textIn(error, 'Message')),
    ...optionalField('debugData', textIn(error, 'DebugData')),
    ...optionalField('errorCode', numberIn(error, 'ErrorCode')),
  };
}

function responseXml(answer: AutodiscoverResponse): string {
  switch (answer.kind) {
    case 'settings':
      return mobileSync(answer.culture, answer.user, `<Settings>${answer.servers.map(serverXml).join('')}</Settings>`);
    case 'redirect':
      return mobileSync(answer.culture, answer.user, tag('Redirect', answer.address));
    case 'error': {
      const { status, message, debugData, errorCode } = answer;
      const fields =
        tag('Status', status) + tag('Message', message) + tag('DebugData', debugData) + tag('ErrorCode', errorCode);
      return mobileSync(answer.culture, undefined, `<Error>${fields}</Error>`);
    }
    case 'problem': {
      const { code, message, debugData, time, id } = answer;
      const attributes = `${attribute('Time', time)}${attribute('Id', id)}`;
      const fields = tag('ErrorCode', code) + tag('Message', message) + tag('DebugData', debugData);
      return `<Response><Error${attributes}>${fields}</Error></Response>`;
    }
    default:
      return answer satisfies never;
  }
}

function mobileSync(culture: string | undefined, user: AutodiscoverUser | undefined, action: string): string {
  const about = user && tag('DisplayName', user.displayName) + tag('EMailAddress', user.address);
  const who = about === undefined ? '' : `<User>${about}</User>`;
  return `<Response xmlns="${autodiscoverNamespaces.mobileSync}">${tag('Culture', culture)}${who}<Action>${action}</Action></Response>`;
}

function serverXml({ type, url, name, serverData }: AutodiscoverServer): string {
  const named = type === 'MobileSync' ? (name ?? url) : (name ?? '');
  return `<Server>${tag('Type', type)}${tag('Url', url)}${tag('Name', named)}${tag('ServerData', serverData)}</Server>`;
}

function readServer(server: XmlNode): AutodiscoverServer[] {
  const type = textIn(server, 'Type');
  const url = textIn(server, 'Url');
  if ((type !== 'MobileSync' && type !== 'CertEnroll') || url === undefined) return [];
  const name = optionalField('name', textIn(server, 'Name'));
  return [{ type, url, ...name, ...optionalField('serverData', textIn(server, 'ServerData')) }];
}

function readUser(user: XmlNode | undefined): AutodiscoverUser | undefined {
  const address = textIn(user, 'EMailAddress');
  return address === undefined ? undefined : { ...optionalField('displayName', textIn(user, 'DisplayName')), address };
}

function readProblem(error: XmlNode): AutodiscoverResponse {
  const { Time, Id } = error.attributes;
  return {
    kind: 'problem',
    code: numberIn(error, 'ErrorCode') ?? 600,
    ...optionalField('message', textIn(error, 'Message')),
    ...optionalField('debugData', textIn(error, 'DebugData')),
    ...optionalField('time', Time),
    ...optionalField('id', Id === undefined || !/^\d+$/.test(Id) ? undefined : Number(Id)),
  };
}

function numberIn(node: XmlNode, name: string): number | undefined {
  const text = textIn(node, name) ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function optionalField<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value });
}

function tag(name: string, content: string | number | undefined): string {
  return content === undefined ? '' : `<${name}>${escaped(String(content))}</${name}>`;
}

function attribute(name: string, value: string | number | undefined): string {
  return value === undefined ? '' : ` ${name}="${escaped(String(value))}"`;
}

/**
 * Headers of requests and answers by our own words, one table per direction ([MS-ASHTTP] 2.2.1.1.2 Request Headers,
 * [MS-ASHTTP] 2.2.2.1.2 Response Headers).
 * Names are written as the documents write them and looked up in lower case, as Node gives them.
 */

export const contentTypes = {
  wbxml: 'application/vnd.ms-sync.wbxml',
  /** The short form that some clients send. */
  wbxmlShort: 'application/vnd.ms-sync',
  multipart: 'application/vnd.ms-sync.multipart',
  message: 'message/rfc822',
  autodiscover: 'text/xml',
} as const;

export const requestHeaders = {
  version: 'MS-ASProtocolVersion',
  policyKey: 'X-MS-PolicyKey',
  acceptMultiPart: 'MS-ASAcceptMultiPart',
  contentType: 'Content-Type',
  userAgent: 'User-Agent',
  acceptLanguage: 'Accept-Language',
  authorization: 'Authorization',
  acceptEncoding: 'Accept-Encoding',
  contentEncoding: 'Content-Encoding',
  contentLength: 'Content-Length',
  /** From 16.0 on clients return what Set-Cookie gave them. */
  cookie: 'Cookie',
  host: 'Host',
} as const;

export const responseHeaders = {
  versions: 'MS-ASProtocolVersions',
  commands: 'MS-ASProtocolCommands',
  server: 'MS-Server-ActiveSync',
  /** The version list, when it changed: the client drops its data and begins again. */
  restart: 'X-MS-RP',
  location: 'X-MS-Location',
  credentialServiceUrl: 'X-MS-Credential-Service-Url',
  credentialsExpire: 'X-MS-Credentials-Expire',
  throttle: 'X-MS-ASThrottle',
  retryAfter: 'Retry-After',
  challenge: 'WWW-Authenticate',
  contentType: 'Content-Type',
  cacheControl: 'Cache-Control',
  contentLength: 'Content-Length',
  contentEncoding: 'Content-Encoding',
  setCookie: 'Set-Cookie',
  allow: 'Allow',
  public: 'Public',
  backEnd: 'X-BEServer',
  frontEnd: 'X-FEServer',
  requestId: 'request-id',
} as const;

export type RequestHeaderValues = { readonly [K in keyof typeof requestHeaders]?: string };
export type ResponseHeaderValues = { readonly [K in keyof typeof responseHeaders]?: string };

type Names = readonly (readonly [key: string, lower: string])[];
const requestNames = lowerNames(requestHeaders);
const responseNames = lowerNames(responseHeaders);
function lowerNames(table: Readonly<Record<string, string>>): Names {
  return Object.entries(table).map(([key, name]) => [key, name.toLowerCase()]);
}

type HeaderBag = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Values of a request; `headers` has lower-case names. Of several, the first counts. */
export function readRequestHeaders(headers: HeaderBag): RequestHeaderValues {
  return readHeaders(requestNames, headers);
}

/** Values of an answer; `headers` has lower-case names. */
export function readResponseHeaders(headers: HeaderBag): ResponseHeaderValues {
  return readHeaders(responseNames, headers);
}

export function buildRequestHeaders(values: RequestHeaderValues): Record<string, string> {
  return buildHeaders(requestHeaders, values);
}

export function buildResponseHeaders(values: ResponseHeaderValues): Record<string, string> {
  return buildHeaders(responseHeaders, values);
}

/** True for both names of a WBXML body; parameters behind `;` are not looked at. */
export function isWbxmlType(contentType: string): boolean {
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase();
  return type === contentTypes.wbxml || type === contentTypes.wbxmlShort;
}

function readHeaders(names: Names, headers: HeaderBag): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [key, lower] of names) {
    const value = headers[lower];
    const first = typeof value === 'string' ? value : value?.[0];
    if (first !== undefined) values[key] = first.trim();
  }
  return values;
}

function buildHeaders(
  table: Readonly<Record<string, string>>,
  values: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [key, name] of Object.entries(table)) {
    const value = values[key];
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}

import type { Request, RequestHandler, Response } from 'express';
import { XMLParser } from 'fast-xml-parser';
import { sendAnswer } from './answer.ts';
import type { Verified } from './auth.ts';
import { readBody } from './body.ts';

const generic = 'http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006';
const mobileSync = 'http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006';
/** Phones that ask with the generic schema mean mobilesync too. */
const schemas = new Set([mobileSync, generic]);
const limit = 64 * 1024;
const problems = { 600: 'Invalid Request', 601: 'Provider is not available' } as const;

/** POX Autodiscover for phones, for a verified user. [MS-ASCMD] 2.2.1.1 Autodiscover */
export function createAutodiscover(now: () => number): RequestHandler {
  return async (req, res) => {
    const asked = req.method === 'POST' ? parseRequest(await readBody(req, res, limit)) : undefined;
    res.locals.line.command = 'Autodiscover';
    const problem = asked === undefined ? 600 : schemas.has(asked.schema) ? undefined : 601;
    const xml = problem ? problemXml(problem, now()) : settingsXml(res.locals.user, endpointUrl(req));
    await sendXml(req, res, xml);
  };
}

/** Undefined when it is no such request: not XML, another root, no address, or more than one Request. */
function parseRequest(body: Buffer): { schema: string } | undefined {
  const text = body.toString('utf8').replace(/^\ufeff/, '');
  if (/<!DOCTYPE|<!ENTITY/i.test(text)) return undefined;
  try {
    const parser = new XMLParser({ removeNSPrefix: true, parseTagValue: false, processEntities: true });
    const request = (parser.parse(text, true) as { Autodiscover?: { Request?: unknown } }).Autodiscover?.Request;
    if (typeof request !== 'object' || request === null || Array.isArray(request)) return undefined;
    const { EMailAddress, AcceptableResponseSchema } = request as Record<string, unknown>;
    if (typeof EMailAddress !== 'string' || !EMailAddress.includes('@')) return undefined;
    return typeof AcceptableResponseSchema === 'string' ? { schema: AcceptableResponseSchema.trim() } : undefined;
  } catch {
    return undefined;
  }
}

/** Phones always reach it over TLS, here or at a proxy in front. */
function endpointUrl(req: Request): string {
  return `https://${hostOf(req)}/Microsoft-Server-ActiveSync`;
}
function hostOf(req: Request): string {
  const host = req.headers.host ?? '';
  return /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(host) ? host : 'localhost';
}

function settingsXml(user: Verified, url: string): string {
  return (
    `<Autodiscover xmlns="${generic}"><Response xmlns="${mobileSync}"><Culture>en:us</Culture>` +
    `<User><DisplayName>${escaped(user.displayName)}</DisplayName><EMailAddress>${escaped(user.address)}</EMailAddress></User>` +
    `<Action><Settings><Server><Type>MobileSync</Type><Url>${escaped(url)}</Url><Name>${escaped(url)}</Name></Server>` +
    '</Settings></Action></Response></Autodiscover>'
  );
}

function problemXml(code: keyof typeof problems, now: number): string {
  const time = `${new Date(now).toISOString().slice(11, 23)}000`;
  return (
    `<Autodiscover xmlns="${generic}"><Response><Error Time="${time}" Id="${now % 2 ** 32}">` +
    `<ErrorCode>${code}</ErrorCode><Message>${problems[code]}</Message><DebugData/></Error></Response></Autodiscover>`
  );
}

async function sendXml(req: Request, res: Response, xml: string): Promise<void> {
  const body = [Buffer.from(`<?xml version="1.0" encoding="utf-8"?>\n${xml}`)];
  await sendAnswer(req, res, {
    status: 200,
    headers: { 'Content-Type': 'text/xml; charset=utf-8', 'Cache-Control': 'private' },
    body,
  });
}

function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text
    .replaceAll(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu, '')
    .replaceAll(/[&<>"]/g, (character) => entities[character]!);
}

/**
 * The JSON form that Outlook's phones ask, without credentials, so it tells nothing of who exists.
 * `?Email=…&Protocol=ActiveSync`, names in any case, or the address in the path.
 */
export const autodiscoverJson: RequestHandler = async (req, res) => {
  const query = new Map(Object.entries(req.query).map(([name, value]) => [name.toLowerCase(), String(value)]));
  const email = query.get('email') ?? String(req.params.address ?? '');
  const protocol = query.get('protocol') ?? '';
  const [status, answer] = jsonAnswer(email, protocol, req);
  const headers = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'private' };
  await sendAnswer(req, res, { status, headers, body: [Buffer.from(JSON.stringify(answer))] });
};

function jsonAnswer(email: string, protocol: string, req: Request): [number, object] {
  const missing = (name: string): [number, object] => [
    400,
    {
      ErrorCode: 'MandatoryParameterMissing',
      ErrorMessage: `A valid value must be provided for the parameter '${name}'.`,
    },
  ];
  if (!email.includes('@')) return missing('Email');
  if (protocol === '') return missing('Protocol');
  if (protocol.toLowerCase() === 'activesync') return [200, { Protocol: 'ActiveSync', Url: endpointUrl(req) }];
  if (protocol.toLowerCase() === 'autodiscoverv1') {
    return [200, { Protocol: 'AutodiscoverV1', Url: `https://${hostOf(req)}/autodiscover/autodiscover.xml` }];
  }
  return [404, { ErrorCode: 'ProtocolNotSupported', ErrorMessage: `The protocol '${protocol}' is not served here.` }];
}

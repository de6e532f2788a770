import type { Request, RequestHandler, Response } from 'express';
import {
  type AutodiscoverResponse,
  autodiscoverNamespaces,
  buildAutodiscoverResponse,
  buildJsonAnswer,
  type JsonAnswer,
  jsonErrorCodes,
  parseAutodiscoverRequest,
  parseJsonQuestion,
} from '../../protocol/index.ts';
import { sendAnswer } from './answer.ts';
import type { Verified } from './auth.ts';
import { readBody } from './body.ts';

/** Phones that ask with the generic schema mean mobilesync too. */
const schemas = new Set<string>([autodiscoverNamespaces.mobileSync, autodiscoverNamespaces.generic]);
/**
 * @NOTE Outlook from 2013 on, on Windows, asks with its own schema and sets up ActiveSync when it is told of that in the phones'
 * (seen in mailcow-dockerized, data/web/autodiscover.php). Older ones and those of macOS do not, and there is no IMAP to tell them of.
 */
const desk = /\b(?:Outlook|Office)\b.+\b1[5-9]\./;
const limit = 64 * 1024;
const problems = { 600: 'Invalid Request', 601: 'Provider is not available' } as const;

/** POX Autodiscover for phones, for a verified user. [MS-ASCMD] 2.2.1.1 Autodiscover */
export function createAutodiscover(now: () => number, local: (domain: string) => Promise<boolean>): RequestHandler {
  return async (req, res) => {
    const body = req.method === 'POST' ? await readBody(req, res, limit) : Buffer.alloc(0);
    const asked = parseAutodiscoverRequest(body.toString('utf8').replace(/^\ufeff/, ''));
    res.locals.line.command = 'Autodiscover';
    const code = asked === undefined ? 600 : isServed(asked.schema.trim(), req) ? undefined : 601;
    if (asked === undefined || code) return await sendXml(req, res, problem(code ?? 600, now()));
    const user: Verified = res.locals.user;
    const ours = await local(asked.address.slice(asked.address.lastIndexOf('@') + 1).trim());
    await sendXml(req, res, ours ? settings(user, user.redirect ?? endpointUrl(req)) : elsewhere(user));
  };
}

function isServed(schema: string, req: Request): boolean {
  const agent = req.headers['user-agent'] ?? '';
  return (
    schemas.has(schema) || (schema === autodiscoverNamespaces.outlook && desk.test(agent) && !agent.includes('Mac'))
  );
}

function settings({ displayName, address }: Verified, url: string): AutodiscoverResponse {
  return { kind: 'settings', culture: 'en:us', user: { displayName, address }, servers: [{ type: 'MobileSync', url }] };
}

/** The address that it asked for has a domain that is not ours: it is to begin again with the one that the user has here. */
function elsewhere({ displayName, address }: Verified): AutodiscoverResponse {
  return { kind: 'redirect', culture: 'en:us', user: { displayName, address }, address };
}

function problem(code: keyof typeof problems, now: number): AutodiscoverResponse {
  const time = `${new Date(now).toISOString().slice(11, 23)}000`;
  return { kind: 'problem', code, message: problems[code], debugData: '', time, id: now % 2 ** 32 };
}

/** Phones always reach it over TLS, here or at a proxy in front. */
function endpointUrl(req: Request): string {
  return `https://${hostOf(req)}/Microsoft-Server-ActiveSync`;
}
function hostOf(req: Request): string {
  const host = req.headers.host ?? '';
  return /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(host) ? host : 'localhost';
}

async function sendXml(req: Request, res: Response, answer: AutodiscoverResponse): Promise<void> {
  const headers = { 'Content-Type': 'text/xml; charset=utf-8', 'Cache-Control': 'private' };
  await sendAnswer(req, res, { status: 200, headers, body: [Buffer.from(buildAutodiscoverResponse(answer))] });
}

/**
 * The JSON form that Outlook's phones ask, without credentials, so it tells nothing of who exists.
 * `?Email=…&Protocol=ActiveSync`, names in any case, or the address in the path.
 */
export const autodiscoverJson: RequestHandler = async (req, res) => {
  const { email, protocol } = parseJsonQuestion(req.originalUrl);
  const [status, answer] = jsonAnswer(email, protocol, req);
  const headers = { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'private' };
  await sendAnswer(req, res, { status, headers, body: [Buffer.from(buildJsonAnswer(answer))] });
};

function jsonAnswer(email: string, protocol: string, req: Request): [number, JsonAnswer] {
  if (!email.includes('@')) return missing('Email');
  if (protocol === '') return missing('Protocol');
  if (protocol.toLowerCase() === 'activesync') return [200, { protocol: 'ActiveSync', url: endpointUrl(req) }];
  if (protocol.toLowerCase() === 'autodiscoverv1') {
    return [200, { protocol: 'AutodiscoverV1', url: `https://${hostOf(req)}/autodiscover/autodiscover.xml` }];
  }
  const errorMessage = `The protocol '${protocol}' is not served here.`;
  return [404, { errorCode: jsonErrorCodes.ProtocolNotSupported, errorMessage }];
}

function missing(name: string): [number, JsonAnswer] {
  const errorMessage = `A valid value must be provided for the parameter '${name}'.`;
  return [400, { errorCode: jsonErrorCodes.MandatoryParameterMissing, errorMessage }];
}

import type { Request, RequestHandler, Response } from 'express';
import type { Closed } from '../closing.ts';
import type { EasRequest, Endpoint } from '../endpoint/types.ts';
import type { Log } from '../log.ts';
import { type Answer, sendAnswer } from './answer.ts';
import type { Verified } from './auth.ts';
import { readBody } from './body.ts';
import { failureAnswer } from './failures.ts';
import type { OpenRequests } from './open-requests.ts';
import type { Peer } from './peer.ts';

export interface ActiveSyncOptions {
  readonly endpoint: Endpoint;
  readonly log: Log;
  readonly open: OpenRequests;
}

/** POST and OPTIONS of the endpoint, for a verified user. [MS-ASHTTP] 2.2.1 HTTP POST Request, 2.2.3 HTTP OPTIONS Request */
export function createActiveSync(options: ActiveSyncOptions): RequestHandler {
  return async (req, res) => {
    const { redirect }: Verified = res.locals.user;
    if (redirect !== undefined) return await sendElsewhere(options, req, res, redirect);
    if (req.method === 'OPTIONS') {
      return await sendAnswer(req, res, {
        status: 200,
        headers: { 'Cache-Control': 'private', ...options.endpoint.options(req.get('User-Agent')) },
      });
    }
    post(options, req, res);
  };
}

/** [MS-ASHTTP] 2.2.2.1.1 Status Line: 451, with the server that the account lives on. */
async function sendElsewhere({ endpoint }: ActiveSyncOptions, req: Request, res: Response, url: string): Promise<void> {
  const headers = { 'X-MS-Location': url, 'Cache-Control': 'private', ...serverHeader(endpoint) };
  // What it sends along is not read.
  await sendAnswer(req, res, { status: 451, headers: { ...headers, Connection: 'close' } });
}

/** It does not await: thousands wait for their answers, and the frame of each would be kept with all that it ever named. */
function post(options: ActiveSyncOptions, req: Request, res: Response): void {
  const { endpoint, log, open } = options;
  const closed = open.enter();
  res.on('close', () => {
    open.leave(closed);
    if (!res.writableFinished) closed.abort('hang-up');
  });
  const last = () => (closed.reason === 'shutdown' ? { Connection: 'close' } : {});
  endpoint.handle(easRequest(req, res, closed)).then(
    ({ note, ...answer }) => {
      Object.assign(res.locals.line, note);
      void send(options, req, res, answer, last());
    },
    (error) => {
      if (!res.destroyed) log.error('request failed', { path: req.path, account: res.locals.user.address, error });
      void send(options, req, res, failureAnswer(error), last());
    },
  );
}

async function send(
  { endpoint, log }: ActiveSyncOptions,
  req: Request,
  res: Response,
  answer: Answer,
  last: Readonly<Record<string, string>>,
): Promise<void> {
  const headers = { 'Cache-Control': 'private', ...serverHeader(endpoint), ...answer.headers, ...last };
  try {
    await sendAnswer(req, res, { ...answer, headers });
  } catch (error) {
    log.error('an answer broke off', { path: req.path, account: res.locals.user.address, error });
  }
}

/** iOS loops when it is missing on an answer with a body, so it is on every answer to a POST. */
export function serverHeader(endpoint: Endpoint): Record<string, string> {
  const name = 'MS-Server-ActiveSync';
  return { [name]: endpoint.options()[name] ?? '16.1' };
}

function easRequest(req: Request, res: Response, closed: Closed): EasRequest {
  const user: Verified = res.locals.user;
  const mark = req.originalUrl.indexOf('?');
  const length = req.headers['content-length'];
  return {
    account: user.account,
    login: user.login,
    credential: user.credential,
    method: 'POST',
    query: mark < 0 ? '' : req.originalUrl.slice(mark + 1),
    headers: req.headers as Record<string, string | undefined>,
    body: (limit) => readBody(req, res, limit),
    contentLength: length === undefined ? undefined : Number(length),
    remote: (res.locals.peer as Peer).address,
    ...(user.disabled && { disabled: true }),
    closed,
  };
}

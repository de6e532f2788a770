import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);
const smallest = 2048;
/** Above this an answer goes out as it is: compressing needs it in one piece. */
const largest = 4 * 1024 * 1024;

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: readonly Uint8Array[];
}

/** Writes a whole answer with its Content-Length; never chunked. Resolves when it is handed to the system, or the peer is gone. */
export async function sendAnswer(req: IncomingMessage, res: ServerResponse, answer: Answer): Promise<void> {
  const headers: Record<string, string> = { ...answer.headers };
  let body = answer.body ?? [];
  let length = sizeOf(body);
  if (length === 0) deleteHeader(headers, 'content-type');
  if (length > smallest && length <= largest && compressible(req, headers)) {
    body = [await compress(Buffer.concat(body, length), { level: 1 })];
    length = sizeOf(body);
    headers['Content-Encoding'] = 'gzip';
    headers.Vary = 'Accept-Encoding';
  }
  if (res.destroyed || res.headersSent) return;
  headers['Content-Length'] = String(length);
  res.writeHead(answer.status, headers);
  for (const piece of body) {
    if (res.destroyed) return;
    if (!res.write(piece)) await drained(res);
  }
  res.end();
}

/** Attachments in a multipart answer are compressed already, more often than not. */
function compressible(req: IncomingMessage, headers: Readonly<Record<string, string>>): boolean {
  const type = headers[nameIn(headers, 'content-type') ?? ''] ?? '';
  if (type.includes('multipart') || nameIn(headers, 'content-encoding')) return false;
  const accepted = String(req.headers['accept-encoding'] ?? '').toLowerCase();
  const gzipPart = accepted.split(',').find((part) => /^\s*(?:x-)?gzip\s*(?:;|$)/.test(part));
  return gzipPart !== undefined && !/q=0(?:\.0*)?\s*$/.test(gzipPart);
}

function sizeOf(body: readonly Uint8Array[]): number {
  return body.reduce((sum, piece) => sum + piece.length, 0);
}
function nameIn(headers: Readonly<Record<string, string>>, lower: string): string | undefined {
  return Object.keys(headers).find((name) => name.toLowerCase() === lower);
}
function deleteHeader(headers: Record<string, string>, lower: string): void {
  const name = nameIn(headers, lower);
  if (name) delete headers[name];
}
function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off('drain', done).off('close', done);
      resolve();
    };
    res.on('drain', done).on('close', done);
  });
}

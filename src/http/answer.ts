import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Chunk, isLate } from '../../protocol/index.ts';

const compress = promisify(gzip);
const smallest = 2048;
/** Above this an answer goes out as it is: compressing needs it in one piece. */
const largest = 256 * 1024;

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: readonly Chunk[];
}

/**
 * Writes a whole answer with its Content-Length; never chunked. Resolves when it is handed to the system, or the peer is
 * gone. Late bytes that are not as many as they were said to be end the connection: what is short must not look whole.
 */
export async function sendAnswer(req: IncomingMessage, res: ServerResponse, answer: Answer): Promise<void> {
  const headers: Record<string, string> = { ...answer.headers };
  let body = answer.body ?? [];
  let length = sizeOf(body);
  if (length === 0) deleteHeader(headers, 'content-type');
  if (length > smallest && length <= largest && compressible(req, headers) && body.every(Buffer.isBuffer)) {
    body = [await compress(Buffer.concat(body, length), { level: 1 })];
    length = sizeOf(body);
    headers['Content-Encoding'] = 'gzip';
    headers.Vary = 'Accept-Encoding';
  }
  if (res.destroyed || res.headersSent) return;
  headers['Content-Length'] = String(length);
  res.strictContentLength = true;
  res.writeHead(answer.status, headers);
  try {
    for (const chunk of body) for await (const piece of piecesOf(chunk)) await writePiece(res, piece);
    if (!res.destroyed) res.end();
  } catch (error) {
    res.destroy();
    if (!(error instanceof PeerGone)) throw error;
  }
}

class PeerGone extends Error {}

async function writePiece(res: ServerResponse, piece: Uint8Array): Promise<void> {
  if (res.destroyed) throw new PeerGone();
  if (!res.write(piece)) await drained(res);
}

async function* piecesOf(chunk: Chunk): AsyncGenerator<Uint8Array> {
  if (!isLate(chunk)) return yield chunk;
  let left = chunk.size;
  for await (const piece of chunk.open()) {
    left -= piece.length;
    if (left < 0) break;
    yield piece;
  }
  if (left !== 0) throw new Error(`late bytes: ${left} of ${chunk.size} are missing`);
}

/** Attachments in a multipart answer are compressed already, more often than not. */
function compressible(req: IncomingMessage, headers: Readonly<Record<string, string>>): boolean {
  const type = headers[nameIn(headers, 'content-type') ?? ''] ?? '';
  if (type.includes('multipart') || nameIn(headers, 'content-encoding')) return false;
  const accepted = String(req.headers['accept-encoding'] ?? '').toLowerCase();
  const gzipPart = accepted.split(',').find((part) => /^\s*(?:x-)?gzip\s*(?:;|$)/.test(part));
  return gzipPart !== undefined && !/q=0(?:\.0*)?\s*$/.test(gzipPart);
}

function sizeOf(body: readonly Chunk[]): number {
  return body.reduce((sum, chunk) => sum + (isLate(chunk) ? chunk.size : chunk.length), 0);
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

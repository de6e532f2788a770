import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { EasError } from '../domain/errors.ts';

const inflate = promisify(gunzip);

/**
 * The whole request body, inflated when it is gzip, at most `limit` bytes before and after. It tells a device that waits
 * for it to go on. Throws 'too-large', 'invalid-body'.
 */
export async function readBody(req: IncomingMessage, res: ServerResponse, limit: number): Promise<Buffer> {
  if (Number(req.headers['content-length'] ?? 0) > limit) throw new EasError('too-large');
  if (req.headers.expect?.toLowerCase() === '100-continue') res.writeContinue();
  const bytes = await readAll(req, limit);
  const encoding = req.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '' || bytes.length === 0) return bytes;
  if (encoding !== 'gzip' && encoding !== 'x-gzip') throw new EasError('invalid-body', `Content-Encoding ${encoding}`);
  try {
    return await inflate(bytes, { maxOutputLength: limit });
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new EasError(tooLarge ? 'too-large' : 'invalid-body', 'gzip', { cause: error });
  }
}

/** Bytes up to which a body is put together at its end. */
const joined = 1024 * 1024;

async function readAll(req: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // What is announced as long has its place from the start: joining it would need the same again.
  const announced = Number(req.headers['content-length'] ?? 0);
  const place = announced > joined ? Buffer.allocUnsafe(announced) : undefined;
  const whole = () => {
    if (place) return place.subarray(0, size);
    return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
  };
  return await new Promise((resolve, reject) => {
    const listeners = {
      data: (chunk: Buffer) => {
        size += chunk.length;
        if (size > limit) {
          req.pause();
          settle(() => reject(new EasError('too-large')));
        } else if (place) chunk.copy(place, size - chunk.length);
        else chunks.push(chunk);
      },
      end: () => settle(() => resolve(whole())),
      error: (cause: unknown) => hungUp(cause),
      close: () => hungUp(),
    };
    const hungUp = (cause?: unknown) =>
      settle(() => reject(new EasError('invalid-body', 'the device hung up', { cause })));
    // What a request that is held for an hour goes on listening with keeps its body.
    const settle = (how: () => void) => {
      for (const [event, listener] of Object.entries(listeners)) req.off(event, listener);
      how();
    };
    for (const [event, listener] of Object.entries(listeners)) req.on(event, listener);
  });
}

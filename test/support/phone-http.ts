// One phone's HTTP: real requests to a running server, with what a careful client expects of every answer checked, and
// lines that can be cut after any byte. It knows nothing of commands or WBXML.
import { Agent as HttpAgent, type IncomingMessage, request as startRequest } from 'node:http';
import { Agent as HttpsAgent, request as startTlsRequest } from 'node:https';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

export interface HttpRequest {
  readonly method: 'POST' | 'OPTIONS';
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}
export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Inflated. */
  readonly body: Buffer;
}
export interface Cut {
  /** The line breaks when so many bytes of the answer, its head included, have arrived. */
  readonly answer?: number;
  /** It breaks when so many milliseconds have passed since the request was handed over. */
  readonly after?: number;
}

/** The phone does not know what became of its request. */
export class LostAnswer extends Error {
  override readonly name = 'LostAnswer';
}
/** The server said what no server may say. */
export class Breach extends Error {
  override readonly name = 'Breach';
}

const inflate: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

export class Line {
  readonly #url: URL;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #authorization: string;

  constructor(url: string, user: string, password: string) {
    this.#url = new URL('/Microsoft-Server-ActiveSync', url);
    const tls = this.#url.protocol === 'https:';
    this.#agent = tls
      ? new HttpsAgent({ keepAlive: true, rejectUnauthorized: false })
      : new HttpAgent({ keepAlive: true });
    this.#authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }

  /** Throws LostAnswer when the line breaks, Breach when the answer is not as HTTP wants it here. */
  send(request: HttpRequest, options: { cut?: Cut; signal?: AbortSignal } = {}): Promise<HttpAnswer> {
    const { cut = {}, signal } = options;
    return new Promise((resolve, reject) => {
      const start = this.#url.protocol === 'https:' ? startTlsRequest : startRequest;
      const url = new URL(this.#url);
      url.search = request.query;
      const sent = start(url, {
        method: request.method,
        agent: this.#agent,
        headers: {
          ...request.headers,
          Authorization: this.#authorization,
          'Accept-Encoding': 'gzip, deflate, br',
          'Content-Length': String(request.body.length),
        },
        ...(signal && { signal }),
      });
      const lose = (cause: unknown) => reject(new LostAnswer(`no answer: ${String(cause)}`, { cause }));
      sent.on('error', lose);
      sent.on('response', (answer) => collect(answer).then(resolve, reject));
      cutLine(sent, cut, lose);
      sent.end(request.body);
    });
  }

  /** Breaks every connection that is open. */
  hangUp(): void {
    this.#agent.destroy();
  }
}

function cutLine(sent: ReturnType<typeof startRequest>, cut: Cut, lose: (cause: unknown) => void): void {
  const { answer, after } = cut;
  const end = () => {
    lose('the line was cut');
    sent.destroy();
  };
  if (answer !== undefined) {
    sent.on('socket', (socket) => {
      const before = socket.bytesRead ?? 0;
      const look = () => socket.bytesRead - before >= answer && end();
      socket.prependListener('data', look);
      sent.on('close', () => socket.off('data', look));
    });
  }
  if (after !== undefined) {
    const timer = setTimeout(end, after);
    sent.on('close', () => clearTimeout(timer));
  }
}

async function collect(answer: IncomingMessage): Promise<HttpAnswer> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of answer) pieces.push(piece as Buffer);
  } catch (cause) {
    throw new LostAnswer('the answer broke off', { cause });
  }
  if (!answer.complete) throw new LostAnswer('the answer broke off');
  const raw = Buffer.concat(pieces);
  const headers = answer.headers as Record<string, string>;
  const complaint = complaintAbout(answer.statusCode ?? 0, headers, raw.length);
  if (complaint) throw new Breach(`HTTP ${answer.statusCode}: ${complaint}`);
  const encoding = headers['content-encoding'];
  const body = encoding === undefined || raw.length === 0 ? raw : inflate[encoding]!(raw);
  return { status: answer.statusCode ?? 0, headers, body };
}

/** [MS-ASHTTP] 2.2.2.1.2 Response Headers. */
function complaintAbout(status: number, headers: Record<string, string>, length: number): string | undefined {
  const declared = headers['content-length'];
  if (declared === undefined) return 'no Content-Length';
  if (headers['transfer-encoding'] !== undefined) return 'chunked';
  if (Number(declared) !== length) return `Content-Length ${declared} for ${length} bytes`;
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && !(encoding in inflate)) return `Content-Encoding ${encoding}`;
  if (encoding !== undefined && length === 0) return 'an encoding of nothing';
  if (status !== 200) return undefined;
  if (length > 0 && headers['content-type'] === undefined) return 'a body without Content-Type';
  if (length === 0 && headers['content-type'] !== undefined) return 'Content-Type without a body';
  if (headers['ms-server-activesync'] === undefined) return 'no MS-Server-ActiveSync';
  if (!/\bprivate\b/.test(headers['cache-control'] ?? '')) return 'Cache-Control is not private';
  return undefined;
}

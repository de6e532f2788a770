// A keep-alive HTTP/1.1 connection with one request under way, as light as it can be: the bench must not be what is measured.
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}
/** Where the server takes requests. */
export interface Door {
  readonly port: number;
  readonly tls: boolean;
}
interface Expected {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}
const headerEnd = Buffer.from('\r\n\r\n');

export class Connection {
  readonly #socket: Socket;
  #expected: Expected | undefined;
  #received: Buffer[] = [];
  #size = 0;
  /** Bytes of the whole answer, once its header is read. */
  #needed = 0;
  #bodyAt = 0;
  #status = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('close', () => this.#expected?.reject(new Error('the server closed the connection')));
    socket.on('error', (error) => this.#expected?.reject(error));
  }

  /** With TLS: without a look at the certificate, which is the bench's own. `from`: the address that it calls from. */
  static open({ port, tls }: Door, from = '127.0.0.1'): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const opened = () => {
        socket.off('error', reject);
        resolve(new Connection(socket));
      };
      const address = { port, host: '127.0.0.1', localAddress: from };
      const socket = tls
        ? connectTls({ ...address, rejectUnauthorized: false }, opened)
        : connect({ ...address, noDelay: true }, opened);
      socket.once('error', reject);
    });
  }

  /** `request`: header and body. */
  send(request: Uint8Array): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#expected = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#expected = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#size += chunk.length;
    if (this.#needed === 0 && !this.#readHeader()) return;
    if (this.#size < this.#needed) return;
    const whole = this.#received.length === 1 ? this.#received[0]! : Buffer.concat(this.#received, this.#size);
    const answer = { status: this.#status, body: whole.subarray(this.#bodyAt, this.#needed) };
    const expected = this.#expected;
    this.#expected = undefined;
    this.#received = [];
    this.#size = 0;
    this.#needed = 0;
    expected?.resolve(answer);
  }

  #readHeader(): boolean {
    const bytes = this.#received.length === 1 ? this.#received[0]! : Buffer.concat(this.#received, this.#size);
    const end = bytes.indexOf(headerEnd);
    if (end < 0) return false;
    const header = bytes.toString('latin1', 0, end);
    this.#status = Number(header.slice(9, 12));
    this.#bodyAt = end + headerEnd.length;
    this.#needed = this.#bodyAt + Number(/\r\ncontent-length: *(\d+)/i.exec(header)?.[1] ?? 0);
    return true;
  }
}

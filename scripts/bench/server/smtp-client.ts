// As much SMTP as it takes to hand in a mail, on one connection.
import { connect, type Socket } from 'node:net';
import { moment } from './moment.ts';

export class SmtpClient {
  readonly #socket: Socket;
  #text = '';
  #expected: ((reply: string) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1').on('data', (chunk) => this.#receive(String(chunk)));
    socket.on('error', () => this.#expected?.('000 the connection broke'));
  }

  static async open(port: number): Promise<SmtpClient> {
    const client = new SmtpClient(connect({ port, host: '127.0.0.1', noDelay: true }));
    await client.#reply(220);
    await client.#say('EHLO bench.example.test', 250);
    return client;
  }

  /** When the end of data was sent and when it was accepted, by `moment()`. */
  async deliver(recipient: string, message: string): Promise<{ sent: number; accepted: number }> {
    await this.#say('MAIL FROM:<sender@elsewhere.example>', 250);
    await this.#say(`RCPT TO:<${recipient}>`, 250);
    await this.#say('DATA', 354);
    const sent = moment();
    await this.#say(`${message}.`, 250);
    return { sent, accepted: moment() };
  }

  close(): void {
    this.#socket.end('QUIT\r\n');
  }

  async #say(line: string, code: number): Promise<void> {
    this.#socket.write(`${line}\r\n`);
    await this.#reply(code);
  }

  async #reply(code: number): Promise<void> {
    const reply = await new Promise<string>((resolve) => {
      this.#expected = resolve;
      this.#receive('');
    });
    if (!reply.startsWith(String(code))) throw new Error(`SMTP: ${reply}`);
  }

  #receive(chunk: string): void {
    this.#text += chunk;
    const last = /^\d{3}(?: .*)?\r\n$/m.exec(this.#text);
    if (!last || !this.#expected) return;
    const expected = this.#expected;
    this.#expected = undefined;
    this.#text = '';
    expected(last[0].trim());
  }
}

// A phone's requests over a real socket that breaks where the test says.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApp } from '../../src/http/app.ts';
import { listen } from '../../src/http/listener.ts';
import { createOpenRequests } from '../../src/http/open-requests.ts';
import { createLog } from '../../src/log.ts';
import type { House, Phone } from '../support/endpoint.ts';

export interface BrokenLine extends AsyncDisposable {
  readonly port: number;
  /** Header and body; `query` is added to the one that every command has. */
  request(command: string, body: Buffer, from?: Phone, query?: string): Buffer;
  /** Sends the bytes, reads so many of the answer (absent: all of it, as its length says) and breaks the line. */
  exchange(request: Buffer, cut?: { readonly send?: number; readonly read?: number }): Promise<Buffer>;
  /** Nothing is under way and nobody waits. */
  settled(): Promise<void>;
}

/** Whoever calls is taken for `phone`'s account. */
export async function openBrokenLine(house: House, phone: Phone): Promise<BrokenLine> {
  const open = createOpenRequests();
  const { account, address } = phone;
  const user = { account, address, displayName: '', login: address, credential: 'c' };
  const authenticate = Object.assign(async () => user, { [Symbol.dispose]: () => {} });
  const { endpoint, clock } = house;
  const yes = async () => true;
  const log = createLog({ level: 'silent' });
  const listener = await listen(createApp({ endpoint, authenticate, ready: yes, local: yes, clock, log, open }), {
    host: '127.0.0.1',
    port: 0,
  });
  const { port } = listener.address;
  return {
    port,
    request: (command, body, from = phone, more = '') => {
      const query = `Cmd=${command}&User=${from.address}&DeviceId=${from.device}&DeviceType=TestPhone${more}`;
      const head = [
        `POST /Microsoft-Server-ActiveSync?${query} HTTP/1.1`,
        ...['Host: easel', 'Authorization: Basic eDp5', `MS-ASProtocolVersion: ${from.version}`],
        ...['Content-Type: application/vnd.ms-sync.wbxml', `Content-Length: ${body.length}`],
      ];
      return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
    },
    exchange: (request, cut) => exchange(port, request, cut),
    settled: async () => {
      while (open.count > 0 || house.endpoint.waiting() > 0) await sleep(5);
    },
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
}

async function exchange(
  port: number,
  request: Buffer,
  { send = request.length, read = Number.POSITIVE_INFINITY } = {},
): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1');
  let got = Buffer.alloc(0);
  socket.on('error', () => {});
  const done = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
    socket.on('data', (piece: Buffer) => {
      got = Buffer.concat([got, piece]);
      const end = got.indexOf('\r\n\r\n');
      const length = Number(
        /content-length: (\d+)/i.exec(got.toString('latin1', 0, Math.max(0, end)))?.[1] ?? Number.NaN,
      );
      if (got.length >= read || (end >= 0 && got.length >= end + 4 + length)) resolve();
    });
  });
  await once(socket, 'connect');
  socket.write(request.subarray(0, send));
  if (send === request.length && read > 0) await done;
  socket.resetAndDestroy();
  return got;
}

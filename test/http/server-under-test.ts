import { mkdtempSync, rmSync } from 'node:fs';
import type { BlockList } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { addUser } from '../../src/admin/accounts.ts';
import { createAddresses } from '../../src/admin/addresses.ts';
import { createVerifier } from '../../src/admin/password.ts';
import { type Clock, systemClock } from '../../src/clock.ts';
import type { AccountId } from '../../src/domain/ids.ts';
import type { EasRequest, EasResponse, Endpoint } from '../../src/endpoint/types.ts';
import { createApp } from '../../src/http/app.ts';
import { createAuthenticator } from '../../src/http/auth.ts';
import { listen } from '../../src/http/listener.ts';
import { createOpenRequests, type OpenRequests } from '../../src/http/open-requests.ts';
import { createLog, type Log } from '../../src/log.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/port.ts';

export interface Under {
  readonly url: string;
  readonly port: number;
  readonly store: Store;
  readonly alice: AccountId;
  readonly open: OpenRequests;
}
export const password = 'pässword €';

/** A real store, a real listener and the whole app; `handle` stands where the endpoint stands. */
export async function serverUnderTest(
  t: TestContext,
  handle: (request: EasRequest) => Promise<Partial<EasResponse>>,
  clock: Clock = systemClock,
  log: Log = createLog({ level: 'silent' }),
  trustProxy?: BlockList,
): Promise<Under> {
  const data = mkdtempSync(join(tmpdir(), 'easel-http-'));
  const store = await openStore({ data, log });
  const alice = await addUser(store, {
    address: 'alice@example.test',
    password,
    displayName: 'Alice <&> "A"',
    aliases: ['al@example.test'],
  });
  const addresses = createAddresses(store, []);
  const authenticate = createAuthenticator({
    findLogin: addresses.findLogin,
    verify: createVerifier(),
    onCredentials: (changed) => store.feed.on((event) => event.credentials && changed(event.account)),
    clock,
  });
  const endpoint: Endpoint = {
    handle: async (request) => ({ status: 200, headers: {}, body: [], note: {}, ...(await handle(request)) }),
    options: () => ({
      'MS-Server-ActiveSync': '16.1',
      'MS-ASProtocolVersions': '14.1,16.1',
      'MS-ASProtocolCommands': 'Sync,Ping',
    }),
  };
  const open = createOpenRequests();
  const app = createApp({
    endpoint,
    authenticate,
    ready: async () => true,
    clock,
    log,
    open,
    local: addresses.local,
    trustProxy,
  });
  const listener = await listen(app, { host: '127.0.0.1', port: 0 });
  t.after(async () => {
    await open.shutDown();
    await listener[Symbol.asyncDispose]();
    authenticate[Symbol.dispose]();
    addresses[Symbol.dispose]();
    await store[Symbol.asyncDispose]();
    rmSync(data, { recursive: true });
  });
  const { port } = listener.address;
  return { url: `http://127.0.0.1:${port}`, port, store, alice, open };
}

export function basic(login: string, secret: string, encoding: BufferEncoding = 'utf8'): string {
  return `Basic ${Buffer.from(`${login}:${secret}`, encoding).toString('base64')}`;
}
export const path = '/Microsoft-Server-ActiveSync';

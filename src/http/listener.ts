import { readFileSync } from 'node:fs';
import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { secureOptions, type TlsVersion } from '../config/tls.ts';

export interface Listener extends AsyncDisposable {
  readonly address: { readonly host: string; readonly port: number };
  /** Other certificate, same port. */
  setCertificate(pem: { cert: string; key: string }): void;
}

const settings = {
  requestTimeout: 120_000,
  headersTimeout: 30_000,
  keepAliveTimeout: 90_000,
  connectionsCheckingInterval: 30_000,
  keepAlive: true,
  /** Phones vanish without a FIN. */
  keepAliveInitialDelay: 60_000,
} as const;
/** After a restart all phones come at once; the system cuts it to what it allows. */
const backlog = 4096;
/** Answers under way at shutdown get this long; the limit for all of it is 10 s. */
const grace = 7_000;

/** Listens, with TLS when there is a certificate. Rejects with the system's error when it cannot. */
export async function listen(
  app: Express,
  { host, port }: { readonly host: string; readonly port: number },
  pem?: { readonly cert: string; readonly key: string },
  minVersion: TlsVersion = 'TLSv1.2',
): Promise<Listener> {
  const options = { ...settings, ...prototypes(app) };
  const secure = secureOptions(minVersion);
  const server = pem ? createTlsServer({ ...options, ...pem, ...secure }, app) : createServer(options, app);
  server.timeout = 0;
  server.maxConnections = connectionLimit();
  // `app` says "go on" when someone reads the body: not before the password is right.
  server.on('checkContinue', app);
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    address: { host, port: (server.address() as AddressInfo).port },
    setCertificate: (next) => (server as TlsServer).setSecureContext({ ...next, ...secure }),
    [Symbol.asyncDispose]: () => close(server),
  };
}

/**
 * Express gives each request and answer its own prototype when it arrives: after that nothing about them is fast, and a
 * request costs five times as much. Objects that are born with it spare that.
 */
function prototypes(app: Express): { IncomingMessage: typeof IncomingMessage; ServerResponse: typeof ServerResponse } {
  return {
    IncomingMessage: bornAs(app, 'request', IncomingMessage),
    ServerResponse: bornAs(app, 'response', ServerResponse),
  };
}
/** One class for all listeners of the app, whose prototype is what Express would set. */
function bornAs<Class extends new (...given: never[]) => object>(
  app: Express,
  key: 'request' | 'response',
  base: Class,
): Class {
  const express: object = app[key];
  if (Object.hasOwn(express, 'constructor')) return express.constructor as unknown as Class;
  const Base = base as unknown as new (...given: unknown[]) => object;
  class Born extends Base {}
  Object.setPrototypeOf(Born.prototype, express);
  Object.assign(app, { [key]: Born.prototype });
  return Born as unknown as Class;
}

/** What files, the store and mail need of what the system lets a process open. */
export const otherFiles = 500;
/** What the system lets this process open, less what others need. */
export function connectionLimit(): number {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return Math.max(100, Number(limit ?? 10_500) - otherFiles);
  } catch {
    return 10_000;
  }
}

async function close(server: Server | TlsServer): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  const force = setTimeout(() => server.closeAllConnections(), grace);
  await closed;
  clearInterval(idle);
  clearTimeout(force);
}

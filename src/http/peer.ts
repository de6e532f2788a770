import type { IncomingMessage } from 'node:http';
import { type BlockList, isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** Who is at the other end: of the connection, or in front of the proxies that are trusted. */
export interface Peer {
  readonly address: string;
  /** TLS reaches that far. */
  readonly encrypted: boolean;
  /** Nobody between can read what is sent: it is encrypted, or never left this machine. */
  readonly safe: boolean;
}

/** `trusted`: the proxies whose X-Forwarded-For and X-Forwarded-Proto count. */
export function peerOf(req: IncomingMessage, trusted?: BlockList): Peer {
  const direct = plain(req.socket.remoteAddress ?? '');
  const tls = (req.socket as TLSSocket).encrypted === true;
  if (!trusted || !holds(trusted, direct)) return { address: direct, encrypted: tls, safe: tls || isLoopback(direct) };
  const hops = header(req, 'x-forwarded-for').map(plain);
  const address = hops.findLast((hop) => !holds(trusted, hop)) ?? hops[0] ?? direct;
  const encrypted = header(req, 'x-forwarded-proto').at(-1)?.toLowerCase() === 'https';
  return { address: isIP(address) ? address : direct, encrypted, safe: encrypted };
}

function header(req: IncomingMessage, name: string): string[] {
  const text = req.headers[name];
  return text === undefined
    ? []
    : String(text)
        .split(',')
        .map((part) => part.trim());
}

function holds(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** Without the port that some proxies add, and IPv4 as such. */
function plain(address: string): string {
  const bare = /^\[(.+)\](?::\d+)?$/.exec(address)?.[1] ?? /^([\d.]+):\d+$/.exec(address)?.[1] ?? address;
  return bare.replace(/^::ffff:(?=[\d.]+$)/i, '');
}

function isLoopback(address: string): boolean {
  return address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}

import { BlockList, isIP } from 'node:net';

/** Where to listen. */
export interface Listen {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
}
export interface Smarthost extends Listen {
  readonly user?: string;
  readonly password?: string;
}

const hostAndPort = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)):(\d{1,5})$/i;
const domainName = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;

/** 'HOST:PORT' or '[v6]:PORT'; undefined when it is neither. */
export function parseHostPort(text: string): Listen | undefined {
  const match = hostAndPort.exec(text);
  const port = Number(match?.[3]);
  return match && port <= 65_535 ? { host: (match[1] ?? match[2])!, port } : undefined;
}

export function parseListener(text: string): Listen | 'none' | undefined {
  return text === 'none' ? 'none' : parseHostPort(text);
}

export function formatHostPort({ host, port }: Listen): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Lower case; undefined when one of them is no domain name. */
export function parseDomains(text: string): string[] | undefined {
  const domains = text.split(',').map((domain) => domain.trim().toLowerCase());
  return domains.every((domain) => domainName.test(domain)) ? [...new Set(domains)] : undefined;
}

/** `[USER:PASSWORD@]HOST:PORT`, split at the last '@'; user and password may be percent-encoded. */
export function parseSmarthost(text: string): Smarthost | undefined {
  const at = text.lastIndexOf('@');
  const listen = parseHostPort(text.slice(at + 1));
  if (!listen || listen.port === 0) return undefined;
  if (at < 0) return listen;
  const colon = text.indexOf(':');
  if (colon < 1 || colon > at) return undefined;
  return { ...listen, user: decoded(text.slice(0, colon)), password: decoded(text.slice(colon + 1, at)) };
}

/** A password may hold a bare '%'. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** For messages: whatever stands before the last '@', but a URL's scheme, is a secret. */
export function concealed(text: string): string {
  const at = text.lastIndexOf('@');
  const scheme = /^[a-z+]+:\/\//i.exec(text)?.[0] ?? '';
  return at < 0 ? text : `${scheme}***@${text.slice(at + 1)}`;
}

/** Addresses or networks, `10.0.0.0/8`; undefined when one of them is neither. */
export function parseNetworks(text: string): BlockList | undefined {
  const list = new BlockList();
  for (const part of text.split(',').map((one) => one.trim())) {
    const [address = '', bits, ...more] = part.split('/');
    const family = isIP(address) === 4 ? 'ipv4' : isIP(address) === 6 ? 'ipv6' : undefined;
    const longest = family === 'ipv4' ? 32 : 128;
    if (!family || more.length > 0 || (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= longest))) {
      return undefined;
    }
    list.addSubnet(address, bits === undefined ? longest : Number(bits), family);
  }
  return list;
}

import type { MxRecord } from 'node:dns';
import { domainOf } from '../domain/account.ts';
import { createSmarthost, type HandOn, type Refused } from './smarthost.ts';

export interface MxOptions {
  /** As `dns.promises.resolveMx`. */
  readonly resolveMx: (domain: string) => Promise<MxRecord[]>;
  /** Default 25. */
  readonly port?: number;
}
type Envelope = Parameters<HandOn>[0];

/** Hands a message to the servers of each recipient's domain, as the DNS names them. [RFC 5321] 5.1, [RFC 7505]. */
export function createMx({ resolveMx, port = 25 }: MxOptions): HandOn {
  return async ({ from, to }, mime) => {
    const domains = new Map<string, string[]>();
    for (const address of to) domains.set(domainOf(address), [...(domains.get(domainOf(address)) ?? []), address]);
    const refused = await Promise.all(
      [...domains].map(async ([domain, addresses]) => {
        const hosts = await hostsOf(domain, resolveMx);
        if (!Array.isArray(hosts)) return addresses.map((address) => ({ address, ...hosts }));
        return tryHosts(hosts, port, { from, to: addresses }, mime);
      }),
    );
    return refused.flat();
  };
}

/** One after the other, for those whom the one before did not decide about. */
async function tryHosts(
  hosts: readonly string[],
  port: number,
  { from, to }: Envelope,
  mime: Buffer,
): Promise<Refused[]> {
  const final: Refused[] = [];
  let later: Refused[] = to.map((address) => ({ address, permanent: false, status: '4.4.4', reason: 'no server' }));
  for (const host of hosts) {
    const left = later.map(({ address }) => address);
    const handOn = createSmarthost({ host, port }, { anyCertificate: true });
    const refused = await handOn({ from, to: left }, mime);
    final.push(...refused.filter(({ permanent }) => permanent));
    later = refused.filter(({ permanent }) => !permanent);
    if (later.length === 0) break;
  }
  return [...final, ...later];
}

/** Best first; a domain without such records is its own server. */
async function hostsOf(
  domain: string,
  resolveMx: MxOptions['resolveMx'],
): Promise<string[] | Omit<Refused, 'address'>> {
  try {
    const records = await resolveMx(domain);
    const hosts = [...records].sort((a, b) => a.priority - b.priority).map(({ exchange }) => exchange);
    if (hosts.length === 1 && (hosts[0] === '' || hosts[0] === '.')) {
      return { permanent: true, status: '5.1.10', reason: `${domain} takes no mail` };
    }
    return hosts.length === 0 ? [domain] : hosts;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENODATA') return [domain];
    const unknown = code === 'ENOTFOUND';
    return unknown
      ? { permanent: true, status: '5.1.2', reason: `there is no domain ${domain}` }
      : {
          permanent: false,
          status: '4.4.3',
          reason: `the DNS does not answer for ${domain}: ${code ?? String(error)}`,
        };
  }
}

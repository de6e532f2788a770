import { isIP } from 'node:net';

/** What a phone may call this server: in the order of the certificate, without doubles. */
export function certificateNames(host: string, listen: string, domains: readonly string[]): string[] {
  const own = domains.flatMap((domain) => [domain, `mail.${domain}`, `autodiscover.${domain}`]);
  const bound = isIP(listen) === 0 || listen === '0.0.0.0' || listen === '::' ? [] : [listen];
  const dns = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i;
  const named = [...own, host.toLowerCase()].filter((name) => dns.test(name));
  return [...new Set([...named, 'localhost', '127.0.0.1', '::1', ...bound])];
}

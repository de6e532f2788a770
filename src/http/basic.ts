export interface Basic {
  readonly login: string;
  readonly password: string;
}

/**
 * `Basic base64(login:password)`; the bytes are UTF-8, and where they are not, Latin-1 (Outlook). Undefined when it is
 * something else. [MS-ASHTTP] 2.2.1.1.2.2 Authorization
 */
export function parseBasic(header: string | undefined): Basic | undefined {
  const match = /^basic +([a-z0-9+/]+=*) *$/i.exec(header ?? '');
  if (!match) return undefined;
  const text = decodeText(Buffer.from(match[1]!, 'base64'));
  const colon = text.indexOf(':');
  return colon < 1 ? undefined : { login: text.slice(0, colon), password: text.slice(colon + 1) };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
function decodeText(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

import { createHash } from 'node:crypto';
import { encode } from '../../protocol/index.ts';
import type { Element } from '../../protocol/wbxml/element.ts';

/** Equal commands have equal hashes: how a repeat is recognised. */
export function hashOf(kind: string, ...parts: readonly (Element | string | boolean)[]): string {
  const hash = createHash('sha256').update(kind);
  for (const part of parts) {
    if (typeof part === 'object') for (const chunk of encode(part).chunks) hash.update(chunk);
    else hash.update(`\0${part}`);
  }
  return hash.digest('base64url');
}

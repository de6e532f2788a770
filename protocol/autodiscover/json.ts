/**
 * Autodiscover in JSON ("v2"), as the phones of Outlook ask it, without credentials: one question in the query, one
 * address or one error in the answer.
 */

export interface JsonQuestion {
  readonly email: string;
  /** `ActiveSync`, `AutodiscoverV1` …, in any case. */
  readonly protocol: string;
}

export type JsonAnswer =
  | { readonly protocol: string; readonly url: string }
  | { readonly errorCode: string; readonly errorMessage: string };

export const jsonErrorCodes = {
  MandatoryParameterMissing: 'MandatoryParameterMissing',
  InvalidProtocol: 'InvalidProtocol',
  ProtocolNotSupported: 'ProtocolNotSupported',
  UserNotFound: 'UserNotFound',
} as const;

/** The path and query of the question. */
export function buildJsonQuestion({ email, protocol }: JsonQuestion): string {
  return `/autodiscover/autodiscover.json?Email=${encodeURIComponent(email)}&Protocol=${encodeURIComponent(protocol)}`;
}

/**
 * From path and query, in the form of `buildJsonQuestion` or `/autodiscover/autodiscover.json/v1.0/ADDRESS?Protocol=…`.
 * Names count in any case; what is missing is ''.
 */
export function parseJsonQuestion(target: string): JsonQuestion {
  const at = target.indexOf('?');
  const path = at < 0 ? target : target.slice(0, at);
  const fields = new Map<string, string>();
  for (const pair of at < 0 ? [] : target.slice(at + 1).split('&')) {
    const [name = '', ...value] = pair.split('=');
    const key = percentDecoded(name).toLowerCase();
    if (!fields.has(key)) fields.set(key, percentDecoded(value.join('=')));
  }
  const inPath = /\/autodiscover\.json\/v1\.0\/([^/]+)\/?$/i.exec(path)?.[1];
  return {
    email: fields.get('email') ?? (inPath === undefined ? '' : percentDecoded(inPath)),
    protocol: fields.get('protocol') ?? '',
  };
}

export function buildJsonAnswer(answer: JsonAnswer): string {
  return JSON.stringify(
    'url' in answer
      ? { Protocol: answer.protocol, Url: answer.url }
      : { ErrorCode: answer.errorCode, ErrorMessage: answer.errorMessage },
  );
}

/** Undefined for what is no such answer. */
export function parseJsonAnswer(text: string): JsonAnswer | undefined {
  try {
    const { Protocol, Url, ErrorCode, ErrorMessage } = Object(JSON.parse(text)) as Record<string, unknown>;
    if (typeof Protocol === 'string' && typeof Url === 'string') return { protocol: Protocol, url: Url };
    if (typeof ErrorCode !== 'string') return undefined;
    return { errorCode: ErrorCode, errorMessage: typeof ErrorMessage === 'string' ? ErrorMessage : '' };
  } catch {
    return undefined;
  }
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

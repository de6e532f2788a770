import { type ErrorCode, isEasError } from '../domain/errors.ts';
import type { Answer } from './answer.ts';

/** What a failure outside any command is over HTTP. [MS-ASHTTP] 2.2.2.1.1 Status Line */
const statuses: Partial<Record<ErrorCode, number>> = {
  'invalid-request': 400,
  'invalid-body': 400,
  'too-large': 413,
  full: 507,
  'over-quota': 507,
  busy: 503,
  'store-unavailable': 503,
};
const retryAfter = '30';

/** Nothing of the error but its kind goes out. */
export function failureAnswer(error: unknown): Answer {
  const status = (isEasError(error) && statuses[error.code]) || 500;
  return {
    status,
    headers: {
      'Cache-Control': 'private',
      ...(status === 503 && { 'Retry-After': retryAfter }),
      // What is left of a body that is too large is not read.
      ...(status === 413 && { Connection: 'close' }),
    },
  };
}

/** Everything that can go wrong and has a name. What each is on the wire stands in one table, commands/status.ts. */
export type ErrorCode =
  | 'account-not-found'
  | 'address-taken'
  | 'attachment-invalid'
  | 'blob-missing'
  | 'body-part-unsupported'
  | 'busy'
  | 'collection-not-found'
  | 'corrupt-item'
  | 'deletes-held'
  | 'device-not-found'
  | 'exceptions-failed'
  | 'folder-exists'
  | 'folder-special'
  | 'full'
  | 'group-not-found'
  | 'invalid-address'
  | 'invalid-body'
  | 'invalid-mime'
  | 'invalid-request'
  | 'item-conflict'
  | 'item-invalid'
  | 'item-not-found'
  | 'message-too-large'
  | 'name-taken'
  | 'name-unknown'
  | 'no-recipients'
  | 'not-recurring'
  | 'not-supported'
  | 'not-yet'
  | 'over-quota'
  | 'parent-not-found'
  | 'range-invalid'
  | 'store-newer'
  | 'store-unavailable'
  | 'sync-key-stale'
  | 'too-large'
  | 'too-many-folders';

export class EasError extends Error {
  override readonly name = 'EasError';
  readonly code: ErrorCode;
  /** `detail` is for the log, never for the wire. */
  constructor(code: ErrorCode, detail?: string, options?: { cause?: unknown }) {
    super(detail === undefined ? code : `${code}: ${detail}`, options);
    this.code = code;
  }
}
export function isEasError(error: unknown, code?: ErrorCode): error is EasError {
  return error instanceof EasError && (code === undefined || error.code === code);
}

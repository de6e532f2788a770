export type WbxmlErrorCode =
  | 'truncated'
  | 'version'
  | 'charset'
  | 'integer'
  | 'string-table'
  | 'token'
  | 'attributes'
  | 'entity'
  | 'root'
  | 'depth'
  | 'elements'
  | 'length';

/** Why a body is not a document: the reason, the offset of the byte, and the tags that were open there. */
export class WbxmlError extends Error {
  readonly code: WbxmlErrorCode;
  readonly offset: number;
  readonly path: readonly number[];
  /** As of a Document. */
  readonly steps: number;

  constructor(code: WbxmlErrorCode, offset: number, path: readonly number[], message: string, steps = 0) {
    super(`${message} at byte ${offset}`);
    this.name = 'WbxmlError';
    this.code = code;
    this.offset = offset;
    this.path = path;
    this.steps = steps;
  }
}

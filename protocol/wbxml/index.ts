export {
  type Document,
  decode,
  decodeTorn,
  defaultLimits,
  type Limits,
  type Torn,
} from './decode.ts';
export {
  asBuffer,
  type Content,
  child,
  type Element,
  element,
  inlineBytes,
  isLate,
  type LateBytes,
  retagged,
  textOf,
} from './element.ts';
export { type Chunk, type Encoded, encode, encodeChunks, encodeToBuffer } from './encode.ts';
export { WbxmlError, type WbxmlErrorCode } from './error.ts';
export { cleanText, isText, textCheck } from './text.ts';

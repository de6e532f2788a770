export {
  type Document,
  decode,
  decodeTorn,
  defaultLimits,
  type Limits,
  type Torn,
} from './decode.ts';
export { asBuffer, type Content, child, type Element, element, inlineBytes, retagged, textOf } from './element.ts';
export { type Encoded, encode, encodeToBuffer } from './encode.ts';
export { WbxmlError, type WbxmlErrorCode } from './error.ts';
export { cleanText, isText } from './text.ts';

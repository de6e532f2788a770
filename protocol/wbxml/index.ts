export { type Document, decode, defaultLimits, type Limits, WbxmlError, type WbxmlErrorCode } from './decode.ts';
export { asBuffer, type Content, child, type Element, element, inlineBytes, retagged, textOf } from './element.ts';
export { type Encoded, encode, encodeToBuffer } from './encode.ts';
export { cleanText, isText } from './text.ts';

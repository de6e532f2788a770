export { type CommandName, commandCodes, commandOfCode, isCommandName } from './commands.ts';
export {
  buildRequestHeaders,
  buildResponseHeaders,
  contentTypes,
  isWbxmlType,
  type RequestHeaderValues,
  type ResponseHeaderValues,
  readRequestHeaders,
  readResponseHeaders,
  requestHeaders,
  responseHeaders,
} from './headers.ts';
export { buildMultipart, readMultipart } from './multipart.ts';
export {
  buildBase64Query,
  buildPlainQuery,
  type ParsedQuery,
  parseQuery,
  type Query,
  type QueryError,
  type QueryParameters,
} from './query.ts';

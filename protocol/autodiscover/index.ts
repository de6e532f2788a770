export {
  buildJsonAnswer,
  buildJsonQuestion,
  type JsonAnswer,
  type JsonQuestion,
  jsonErrorCodes,
  parseJsonAnswer,
  parseJsonQuestion,
} from './json.ts';
export {
  type AutodiscoverProblem,
  type AutodiscoverRequest,
  type AutodiscoverResponse,
  type AutodiscoverServer,
  type AutodiscoverUser,
  autodiscoverNamespaces,
  buildAutodiscoverRequest,
  buildAutodiscoverResponse,
  parseAutodiscoverRequest,
  parseAutodiscoverResponse,
} from './pox.ts';

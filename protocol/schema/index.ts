export * from './leaf.ts';
export { isInOrder, isOnce, isRepeated, order, type ReadResult, read } from './read.ts';
export {
  alias,
  type Child,
  container,
  flag,
  many,
  mixed,
  type Node,
  type NodeContent,
  type Occurrence,
  one,
  optional,
  type ReadOf,
  raw,
  SchemaError,
  type SchemaReason,
  since,
  until,
  type WrittenOf,
} from './schema.ts';
export { isVersion, newestVersion, rank, type Version, versions } from './version.ts';
export { write } from './write.ts';

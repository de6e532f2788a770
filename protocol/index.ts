/**
 * The language of Exchange ActiveSync: bytes ⇄ Element ⇄ typed values, queries and headers. Pure functions and
 * tables; nothing here knows time, disk, users or Node beyond Buffer and TextDecoder. Pages are named `pages.airSync`
 * here, since commands and pages share words.
 */
export * from './autodiscover/index.ts';
export * from './classes/index.ts';
export * from './commands/index.ts';
export * from './http/index.ts';
export * as pages from './pages/index.ts';
export { tagName, tagOf } from './pages/index.ts';
export * from './schema/index.ts';
export * from './values/index.ts';
export * from './wbxml/index.ts';
export * from './xml/index.ts';

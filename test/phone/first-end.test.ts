import { type Version, versions } from '../../protocol/index.ts';
import { firstEnd } from './first-end.ts';

/** Mails of the Inbox: many where they show something, few elsewhere. */
const [many, few] = process.env.EASEL_LONG === undefined ? [2000, 300] : [10_000, 2000];
const large: readonly Version[] = ['12.1', '16.1'];

for (const version of versions) {
  firstEnd(`the first end at ${version}`, { version, mails: large.includes(version) ? many : few, skip: false });
}

import { versions } from '../../protocol/index.ts';
import { firstEnd } from './first-end.ts';

const isLong = process.env.EASEL_LONG !== undefined;

for (const version of versions) {
  const mails = isLong ? 10_000 : ['12.1', '16.1'].includes(version) ? 2000 : 300;
  firstEnd(`the first end at ${version}`, { version, mails, skip: false });
}

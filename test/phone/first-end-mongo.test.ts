import { type Version, versions } from '../../protocol/index.ts';
import { newDatabase, noMongod } from '../support/mongo.ts';
import { firstEnd } from './first-end.ts';

const isLong = process.env.EASEL_LONG !== undefined;
const some: readonly Version[] = isLong ? versions : ['12.1', '16.1'];

for (const version of some) {
  const mails = !isLong ? 300 : version === '16.1' ? 10_000 : 1000;
  firstEnd(`the first end at ${version} on MongoDB`, { version, mails, skip: noMongod, store: newDatabase });
}

import { auditMongo } from '../../src/store/mongo/audit.ts';
import { openStore } from '../../src/store/open.ts';
import { dropDatabase, newDatabase, noMongod } from '../support/mongo.ts';
import { storeContract } from './contract.ts';

if (!noMongod) {
  storeContract({
    name: 'mongo',
    place: newDatabase,
    open: (url, options = {}) => openStore({ ...options, data: '', store: url }),
    audit: auditMongo,
    remove: dropDatabase,
    // What the one before left under way may hold an account for six seconds.
    storm: 1500,
    youth: 200,
    skip: [
      {
        reason: 'the disk is mongod\u2019s own',
        tests: ['a full disk writes nothing, and the store goes on when there is room'],
      },
    ],
  });
}

import { openStore } from '../../src/store/open.ts';
import { tempStore } from '../support/temp-store.ts';
import { testNodes } from './nodes.ts';

testNodes('sqlite', async () => {
  const first = await tempStore({ pollMs: 20 });
  const store = await openStore({ data: first.data, pollMs: 20 });
  return [first, { store, data: first.data, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }];
});

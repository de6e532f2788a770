import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decode,
  email,
  encode,
  encodeToBuffer,
  order,
  pages,
  read,
  requestCollection,
  type SyncRequest,
  type SyncResponse,
  sync,
  write,
} from '../../protocol/index.ts';

const version = '14.1';

test('a Sync request is read into typed values and the answer goes out in wire order', () => {
  const bytes = encodeToBuffer(
    write(
      sync.request,
      {
        Collections: {
          Collection: [
            { SyncKey: '5', CollectionId: '2', WindowSize: 30, Commands: [{ Delete: { ServerId: '2:7' } }] },
          ],
        },
      },
      { version },
    ),
  );
  const { root } = decode(bytes);
  const { value, unknown } = read(sync.request, root, { version });
  const request: SyncRequest = value;
  assert.deepEqual(unknown, []);
  for (const collection of request.Collections?.Collection ?? []) {
    assert.deepEqual(order(requestCollection, collection), ['SyncKey', 'CollectionId', 'WindowSize', 'Commands']);
    assert.equal(collection.GetChanges, undefined);
    for (const command of collection.Commands ?? []) {
      if ('Add' in command) assert.fail(command.Add.ClientId);
      else if ('Delete' in command) assert.equal(command.Delete.ServerId, '2:7');
    }
  }

  const ApplicationData = write(email, { Subject: 'Hi', Read: false, Bcc: 'not in 14.1' }, { version });
  const answer: SyncResponse = {
    Collections: {
      Collection: [
        {
          SyncKey: '6',
          CollectionId: '2',
          Status: 1,
          MoreAvailable: true,
          Commands: [{ Add: { ServerId: '2:8', ApplicationData } }, { SoftDelete: { ServerId: '2:3' } }],
        },
      ],
    },
  };
  const { chunks, length } = encode(write(sync.response, answer, { version }));
  const again = read(sync.response, decode(Buffer.concat(chunks, length)).root, { version }).value;
  const collection = again.Collections!.Collection[0]!;
  assert.equal(collection.MoreAvailable, true);
  const first = collection.Commands![0]!;
  assert.ok('Add' in first);
  assert.deepEqual(read(email, first.Add.ApplicationData, { version }).value, { Subject: 'Hi', Read: false });
  assert.equal(first.Add.ApplicationData.tag, pages.airSync.ApplicationData.code);
});

// Types: each line below fails to compile when the inference is wrong.
export const typed = {
  needsSyncKey: (): SyncRequest['Collections'] => ({
    // @ts-expect-error SyncKey is required
    Collection: [{ Options: [] }],
  }),
  noUndeclaredKey: () =>
    // @ts-expect-error Colour is no element of a Sync response
    write(sync.response, { Status: 1, Colour: 'red' }),
  undefinedIsWritten: () => write(sync.response, { Status: undefined, Limit: 3 }),
  readIsNeverUndefined: (request: SyncRequest): readonly unknown[] => request.Collections!.Collection[0]!.Options,
};

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MongoNetworkError, MongoServerError } from 'mongodb';
import { EasError } from '../../src/domain/errors.ts';
import { asDomainError } from '../../src/store/mongo/failure.ts';

test('what a driver says is a word of the domain, and its URL stays here', () => {
  const said = (error: unknown) => (asDomainError(error) as EasError).code;
  const server = (code: number) => new MongoServerError({ message: 'mongod says no', code });
  assert.equal(said(server(14031)), 'full');
  assert.equal(said(server(10334)), 'too-large');
  assert.equal(said(server(112)), 'busy');
  const lost = asDomainError(new MongoNetworkError('cannot reach mongodb://user:secret@host/db')) as EasError;
  assert.equal(lost.code, 'store-unavailable');
  assert.doesNotMatch(lost.message, /secret/);
  const own = new EasError('over-quota');
  assert.equal(asDomainError(own), own);
});

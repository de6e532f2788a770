import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readProtocolReadme, withProtocolCoverage } from '../../scripts/protocol-coverage.ts';

test('the tables of commands and classes in protocol/README.md are those that the registries give', () => {
  const readme = readProtocolReadme();
  assert.equal(readme, withProtocolCoverage(readme), 'run: node dist/scripts/protocol-coverage.js --write');
});

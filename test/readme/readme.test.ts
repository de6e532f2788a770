import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readReadme, withCoverage } from '../../scripts/coverage.ts';

test('the table of what works in README.md is the one that the registry of commands gives', () => {
  assert.equal(readReadme(), withCoverage(readReadme()), 'run: node dist/scripts/coverage.js --write');
});

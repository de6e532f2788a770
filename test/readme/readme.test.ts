import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readReadme, withCoverage } from '../../scripts/coverage.ts';
import { type Setting, settings } from '../../src/config/settings.ts';

test('the table of what works in README.md is the one that the registry of commands gives', () => {
  assert.equal(readReadme(), withCoverage(readReadme()), 'run: node dist/scripts/coverage.js --write');
});

test('README.md tells every option of easel serve, with its variable', () => {
  for (const { option, env } of Object.values(settings) as Setting[]) {
    if (option === undefined) continue;
    assert.ok(readReadme().includes(`--${option} `), option);
    assert.ok(readReadme().includes(env), env);
  }
});

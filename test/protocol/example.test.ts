import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decode, encodeToBuffer, formatXml } from '../../protocol/index.ts';
import { documentOf } from './documents.ts';
import { acceptAll } from './example.ts';

test('the example of protocol/README.md is the one that runs here', () => {
  const source = readFileSync('test/protocol/example.ts', 'utf8');
  const body = source.slice(source.indexOf("  const version = '14.1';"), source.lastIndexOf('}')).trimEnd();
  const example = body
    .split('\n')
    .map((line) => line.slice(2))
    .join('\n')
    .replace('return ', 'const answer = ');
  assert.ok(
    readFileSync('protocol/README.md', 'utf8').includes(
      `\`\`\`ts\n${source
        .split('\n')
        .find((line) => line.startsWith('import'))!
        .replace('../../protocol/index.ts', 'easel/protocol')}\n\n${example}\n\`\`\``,
    ),
  );
  const request =
    '<MeetingResponse><Request><UserResponse>1</UserResponse><CollectionId>2</CollectionId><RequestId>7</RequestId></Request></MeetingResponse>';
  const answer = acceptAll(encodeToBuffer(documentOf('MeetingResponse', request)));
  assert.match(formatXml(decode(answer).root), /<RequestId>7<\/RequestId>\s+<Status>1<\/Status>\s+<CalendarId>8:7</);
});

// A phone that was shown the beginning of a long text, or a text in another format, and sends back what it was shown: the
// whole text stays as it was, in every class and version.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Version } from '../../protocol/index.ts';
import { FolderCopy } from '../support/class-phone.ts';
import { type House, openHouse } from '../support/endpoint.ts';
import { calendar, contacts, notes } from '../support/sync-phone.ts';

const long = 'Zürich, first line\r\nand a second one that is cut';
const html = `<p>${long.replace('\r\n', '<br>')}</p>`;
type Shown = { readonly Body?: { readonly Type: number; readonly Data?: string; readonly Truncated?: boolean } };

const classes = [
  {
    name: 'Calendar',
    folder: calendar,
    facts: { StartTime: '20261201T080000Z', EndTime: '20261201T090000Z', Timezone: undefined },
    change: { Subject: 'Other' },
  },
  { name: 'Contacts', folder: contacts, facts: { FirstName: 'Ann' }, change: { FirstName: 'Anna' } },
  { name: 'Tasks', folder: '7', facts: { Subject: 'Pay' }, change: { Subject: 'Paid' } },
  { name: 'Notes', folder: notes, facts: { Subject: 'Milk' }, change: { Subject: 'Bread' } },
] as const;
const told = ['12.1', '14.1', '16.1'] as const satisfies readonly Version[];

async function world(house: House, version: Version, one: (typeof classes)[number], options: object) {
  const writer = await house.phone({ version: '16.1' });
  const { folder, name } = one;
  const source = await FolderCopy.open<Shown>(writer, folder, name, { Options: [{ BodyPreference: [{ Type: 2 }] }] });
  const reader = await FolderCopy.open<Shown>(writer.another(version), folder, name, { Options: [options] });
  return { source, reader };
}

const cuts = [
  { what: 'a beginning of text', kept: { Type: 1, Data: long }, as: { Type: 1, TruncationSize: 21 }, shows: 'Zürich' },
  {
    what: 'a beginning of HTML',
    kept: { Type: 2, Data: html },
    as: { Type: 2, TruncationSize: 20 },
    shows: '<p>Zürich',
  },
  {
    what: 'a beginning of HTML as text',
    kept: { Type: 2, Data: html },
    as: { Type: 1, TruncationSize: 9 },
    shows: 'Zürich',
  },
  { what: 'text as HTML', kept: { Type: 1, Data: long }, as: { Type: 2 }, shows: '<html>' },
  { what: 'nothing but its size', kept: { Type: 1, Data: long }, as: { Type: 1, TruncationSize: 0 }, shows: undefined },
] as const;

describe('a body that comes back as it was shown stays whole', () => {
  for (const one of classes) {
    for (const version of one.name === 'Notes' ? told.filter((each) => Number(each) >= 14) : told) {
      test(`${one.name} ${version}`, async (t) => {
        const house = await openHouse(t);
        for (const { what, kept, as, shows } of cuts) {
          const { source, reader } = await world(house, version, one, { BodyPreference: [as] });
          const { id, status } = await source.add({ ...one.facts, Body: kept });
          assert.equal(status, 1);
          await reader.sync();
          const { NativeBodyType: _, LastModifiedDate: __, ...seen } = reader.items.get(id)! as Record<string, unknown>;
          const shown = (seen as Shown).Body!;
          assert.ok(
            shows === undefined ? shown.Data === undefined || shown.Data === '' : shown.Data!.startsWith(shows),
            what,
          );
          assert.equal(
            await reader.change(id, { ...seen, ...one.change, Body: { Type: as.Type, Data: shown.Data ?? '' } }),
            1,
          );
          await source.sync();
          const whole = source.items.get(id)!.Body!;
          if (kept.Type === 2) assert.equal(whole.Data, html, what);
          else assert.match(whole.Data!, /first line.*and a second one that is cut/s, what);
        }
      });
    }
  }

  for (const one of classes.filter(({ name }) => name !== 'Notes')) {
    test(`${one.name} 2.5, by Truncation`, async (t) => {
      const house = await openHouse(t);
      const { source, reader } = await world(house, '2.5', one, { Truncation: 1 });
      const data = 'Zürich, '.repeat(100);
      const { id } = await source.add({ ...one.facts, Body: { Type: 1, Data: data } });
      await reader.sync();
      const seen = reader.items.get(id)! as { readonly Body25: string; readonly BodyTruncated: boolean };
      assert.deepEqual([Buffer.byteLength(seen.Body25), seen.BodyTruncated], [512, true]);
      const { BodySize: _, BodyTruncated: __, ...told } = seen as typeof seen & { readonly BodySize?: number };
      assert.equal(await reader.change(id, { ...told, ...one.change }), 1);
      await source.sync();
      assert.equal(source.items.get(id)!.Body!.Data!.match(/Zürich/g)?.length, 100);
    });
  }

  test('what was written behind the beginning counts', async (t) => {
    const house = await openHouse(t);
    const as = { BodyPreference: [{ Type: 1 as const, TruncationSize: 21 }] };
    const { source, reader } = await world(house, '14.1', classes[3], as);
    const { id } = await source.add({ Subject: 'Milk', Body: { Type: 1, Data: long } });
    await reader.sync();
    const { Data } = reader.items.get(id)!.Body!;
    assert.equal(await reader.change(id, { Subject: 'Milk', Body: { Type: 1, Data: `${Data}, mine` } }), 1);
    await source.sync();
    assert.match(source.items.get(id)!.Body!.Data!, /, mine/);
  });
});

describe('a body that the phone was shown, whole or its beginning, can be cleared', () => {
  const kinds = [
    ...cuts.filter(({ shows }) => shows !== undefined),
    { what: 'all', kept: { Type: 2, Data: html }, as: { Type: 1 } },
  ];
  const empty = [{ Data: '' }, { EstimatedDataSize: 0, Data: '' }, {}];
  for (const one of classes)
    for (const version of one.name === 'Notes' ? told.filter((each) => Number(each) >= 14) : told)
      test(`${one.name} ${version}`, async (t) => {
        const house = await openHouse(t);
        for (const { what, kept, as } of kinds) {
          const { source, reader } = await world(house, version, one, { BodyPreference: [as] });
          for (const body of empty) {
            const { id } = await source.add({ ...one.facts, Body: kept });
            await reader.sync();
            const {
              NativeBodyType: _,
              LastModifiedDate: __,
              ...seen
            } = reader.items.get(id)! as Record<string, unknown>;
            assert.equal(await reader.change(id, { ...seen, Body: { Type: as.Type, ...body } }), 1);
            await source.sync();
            assert.ok(!source.items.get(id)!.Body?.Data, `${what}: ${JSON.stringify(body)}`);
          }
        }
      });

  for (const one of classes.filter(({ name }) => name !== 'Notes'))
    test(`${one.name} 2.5`, async (t) => {
      const house = await openHouse(t);
      for (const options of [{}, { Truncation: 1 }])
        for (const kept of [
          { Type: 1, Data: 'Zürich, '.repeat(100) },
          { Type: 2, Data: html },
        ]) {
          const { source, reader } = await world(house, '2.5', one, options);
          const { id } = await source.add({ ...one.facts, Body: kept });
          await reader.sync();
          const { BodySize: _, BodyTruncated: __, ...seen } = reader.items.get(id)! as Record<string, unknown>;
          assert.equal(await reader.change(id, { ...seen, Body25: '' }), 1);
          await source.sync();
          assert.ok(!source.items.get(id)!.Body?.Data, JSON.stringify([options, kept.Type]));
        }
    });
});

// Bodies that decode and break the shape of their command: where the command has a Status of its own for that, it is told, in
// every version.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { encodeToBuffer, pages } from '../../protocol/index.ts';
import { type Element, element } from '../../protocol/wbxml/element.ts';
import { openHouse, type Phone, rootOf } from '../support/endpoint.ts';

describe('a request that breaks the shape of its command', async () => {
  const house = await openHouse({ after });
  const { settings, provision, resolveRecipients, validateCert, search, find, meetingResponse, composeMail } = pages;

  /** Names and texts of the answer; a number: it is HTTP's. */
  async function told(phone: Phone, command: string, body: Element): Promise<unknown> {
    const response = await phone.send(command, { body: encodeToBuffer(body) });
    const root = rootOf(response);
    return root ? values(root) : response.status;
  }
  const values = (one: Element): unknown => (one.children.length === 0 ? one.value : one.children.map(values));

  const rows: [string, string, Element, unknown][] = [
    [
      'Settings, Set missing (MS-ASCMD_R483)',
      'Settings',
      element(settings.Settings, [element(settings.DeviceInformation, [])]),
      ['2'],
    ],
    [
      'Provision, Status that is no number (MS-ASPROV_R497)',
      'Provision',
      element(provision.Provision, [
        element(provision.Policies, [element(provision.Policy, [element(provision.Status, 'well')])]),
      ]),
      ['2'],
    ],
    [
      'ResolveRecipients, MaxCertificates that is no number (MS-ASCMD_R4270)',
      'ResolveRecipients',
      element(resolveRecipients.ResolveRecipients, [
        element(resolveRecipients.To, 'a'),
        element(resolveRecipients.Options, [element(resolveRecipients.MaxCertificates, 'many')]),
      ]),
      ['5'],
    ],
    [
      'ValidateCert without Certificates (MS-ASCMD_R4476)',
      'ValidateCert',
      element(validateCert.ValidateCert, [element(validateCert.CheckCRL, '1')]),
      ['2'],
    ],
    [
      'Search, MIMESupport that is no number: of the store (MS-ASCMD_R4329, MS-ASAIRS_R10012)',
      'Search',
      element(search.Search, [
        element(search.Store, [
          element(search.Name, 'Mailbox'),
          element(search.Query, []),
          element(search.Options, [element(pages.airSync.MIMESupport, 'yes')]),
        ]),
      ]),
      ['1', [['2']]],
    ],
    [
      'Find without ExecuteSearch (MS-ASCMD_R72172512)',
      'Find',
      element(find.Find, [element(find.SearchId, 'a')]),
      ['2'],
    ],
    [
      'MeetingResponse without UserResponse: of the item (MS-ASCMD_R4182)',
      'MeetingResponse',
      element(meetingResponse.MeetingResponse, [
        element(meetingResponse.Request, [element(meetingResponse.RequestId, '2:1')]),
      ]),
      [['2:1', '2']],
    ],
    [
      'MeetingResponse without Request (MS-ASCMD_R2511)',
      'MeetingResponse',
      element(meetingResponse.MeetingResponse, []),
      [['2']],
    ],
  ];
  for (const [name, command, body, expected] of rows) {
    test(name, async () => {
      const versions = command === 'Find' ? (['16.1'] as const) : (['12.1', '14.0', '14.1', '16.0', '16.1'] as const);
      for (const version of versions)
        assert.deepEqual(await told(await house.phone({ version }), command, body), expected, version);
    });
  }

  test('another root is 103, before 14.0 HTTP 400 (MS-ASCMD_R4817, R7547)', async () => {
    for (const [version, expected] of [
      ['12.1', 400],
      ['16.1', ['103']],
    ] as const)
      assert.deepEqual(
        await told(await house.phone({ version }), 'Settings', element(search.Search, [])),
        expected,
        version,
      );
  });

  test('SmartForward, Forwardees that cannot be read: 179 from 16.0 on (MS-ASCMD_R7470)', async () => {
    const forward = element(composeMail.SmartForward, [
      element(composeMail.ClientId, 'c'),
      element(composeMail.Source, [element(composeMail.ItemId, '8:1')]),
      element(composeMail.Forwardees, [element(composeMail.Forwardee, [element(composeMail.Name, 'Frank')])]),
    ]);
    for (const [version, expected] of [
      ['14.1', ['103']],
      ['16.0', ['179']],
      ['16.1', ['179']],
    ] as const)
      assert.deepEqual(await told(await house.phone({ version }), 'SmartForward', forward), expected, version);
  });
});

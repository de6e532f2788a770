// What some clients need beyond the protocol, as data: a row matches by DeviceType, User-Agent and version, and every row that
// matches adds its behaviour. No command asks who a client is; it asks for a behaviour.
import { rank, type Version } from '../../protocol/index.ts';

/** Behaviours; absent is the protocol's own. */
export interface Quirks {
  /** The newest version that it is let to speak. */
  readonly newest?: Version;
  /** Commands of one Sync answer at the most. */
  readonly window?: number;
  /** It never fetches a policy: an enforced one is not asked of it where devices that cannot take all of it may come. */
  readonly neverProvisions?: true;
  /** It asks for the policy without a word about itself. */
  readonly noDeviceInformation?: true;
  /** A folder that is gone is left out of Sync's answer instead of Status 12. */
  readonly omitLostFolders?: true;
  /** It sends an empty Picture for one that it never loaded, whatever it lists in Supported. */
  readonly emptyPictures?: true;
  /** It asks for Find in versions that do not have it. */
  readonly findsInEveryVersion?: true;
}

interface Row extends Quirks {
  readonly type?: RegExp;
  readonly agent?: RegExp;
  readonly versions?: { readonly from?: Version; readonly to?: Version };
  readonly source: string;
}

const rows: readonly Row[] = [
  {
    type: /^WindowsOutlook/i,
    neverProvisions: true,
    noDeviceInformation: true,
    source: 'Horde Device.php:276: Outlook 2013 and later fetch no policy and send no DeviceInformation',
  },
  {
    type: /^WindowsOutlook/i,
    omitLostFolders: true,
    source: 'Horde wiki BrokenClientBehavior: Status 12 makes it ask again for ever',
  },
  {
    type: /^WindowsOutlook/i,
    window: 100,
    source: 'tine20 #3855: WindowSize 512 over eight years of mail, answers of 77 MB',
  },
  {
    type: /^TestActiveSyncConnectivity/i,
    neverProvisions: true,
    noDeviceInformation: true,
    source: 'Horde Device.php:276: the Connectivity Analyzer reads a folder and leaves',
  },
  {
    agent: /^Apple-iPhone\d+C\d+\/13\d\d\./,
    newest: '14.1',
    source: 'libwbxml PR 32: iOS 9 speaks 16.0 without its drafts and without attachments of events',
  },
  {
    type: /^(iPhone|iPad|iPod)/i,
    emptyPictures: true,
    source: 'Horde Device.php:86: an empty Picture on every edit of a contact',
  },
  {
    type: /^(iPhone|iPad|iPod)/i,
    findsInEveryVersion: true,
    source: 'Z-Push issue 23: iOS 16 searches by Find at 14.0 too',
  },
  {
    agent: /^Nine-/,
    emptyPictures: true,
    source: 'traces syncgw/723: an empty Picture on every edit of a contact',
  },
];

export interface ClientFacts {
  readonly type: string;
  readonly userAgent?: string | undefined;
  readonly version: Version;
}

/** Of several rows that say the same, the last counts. */
export function quirksOf(client: ClientFacts): Quirks {
  const found = rows
    .filter((row) => fits(row, client))
    .map(({ type: _, agent: __, versions: ___, source: ____, ...quirks }) => quirks);
  return Object.assign({}, ...found);
}

/** What OPTIONS may tell a client, of which no more is known than its User-Agent. */
export function newestFor(userAgent: string | undefined): Version | undefined {
  return rows.findLast(({ agent, newest }) => newest && agent?.test(userAgent ?? ''))?.newest;
}

function fits({ type, agent, versions: span }: Row, client: ClientFacts): boolean {
  if (type && !type.test(client.type)) return false;
  if (agent && !agent.test(client.userAgent ?? '')) return false;
  const spoken = rank(client.version);
  return spoken >= rank(span?.from ?? '2.5') && spoken <= rank(span?.to ?? '16.1');
}

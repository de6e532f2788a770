import {
  bodyPartPreference,
  bodyPreference,
  isInOrder,
  type SyncOptions as WireOptions,
} from '../../protocol/index.ts';
import { EasError } from '../domain/errors.ts';
import type { BodyPreference, RenderOptions, SyncOptions } from '../domain/sync-record.ts';

type WirePreference = WireOptions['BodyPreference'][number];

/**
 * [MS-ASAIRS] 2.2.2.12 BodyPreference: each Type once, children once and in order (MS-ASAIRS_R348, R349, R351). Throws 'invalid-request' for
 * others, and for a Type that does not exist.
 */
export function bodyPreferencesOf(wire: readonly WirePreference[]): BodyPreference[] {
  const isOnce = new Set(wire.map(({ Type }) => Type)).size === wire.length;
  if (!isOnce || !wire.every((one) => isInOrder(bodyPreference, one))) throw malformed();
  return wire.map(preferenceOf);
}

function malformed(): EasError {
  return new EasError('invalid-request', 'BodyPreference');
}

function preferenceOf(wire: WirePreference): BodyPreference {
  const { Type: type, TruncationSize, AllOrNone, Preview } = wire;
  if (type !== 1 && type !== 2 && type !== 3 && type !== 4) throw new EasError('invalid-request', `body type ${type}`);
  return {
    type,
    ...(TruncationSize !== undefined && { truncationSize: TruncationSize }),
    ...(AllOrNone !== undefined && { allOrNone: AllOrNone }),
    ...(Preview !== undefined && { preview: Preview }),
  };
}

/** [MS-ASAIRS] 2.2.2.11 BodyPartPreference; absent when none is asked for. Throws 'body-part-unsupported' for what is not HTML. */
export function bodyPartOf(wire: WireOptions['BodyPartPreference']): BodyPreference | undefined {
  if (wire.some(({ Type }) => Type !== 2)) throw new EasError('body-part-unsupported', 'BodyPartPreference');
  if (!wire.every((one) => isInOrder(bodyPartPreference, one))) throw malformed();
  return wire[0] && preferenceOf(wire[0]);
}

/** What a Search or a Fetch says of the bodies it wants. */
export function renderOptionsOf(options: Partial<Pick<WireOptions, Wanted>> | undefined): RenderOptions {
  const bodyPart = bodyPartOf(options?.BodyPartPreference ?? []);
  return {
    bodyPreferences: bodyPreferencesOf(options?.BodyPreference ?? []),
    mimeSupport: mimeSupportOf(options?.MIMESupport),
    ...(bodyPart && { bodyPart }),
  };
}
type Wanted = 'BodyPreference' | 'BodyPartPreference' | 'MIMESupport';

/** [MS-ASCMD] 2.2.3.110 MIMESupport: what is none of the three counts as never. */
export function mimeSupportOf(given: number | undefined): SyncOptions['mimeSupport'] {
  return given === 1 || given === 2 ? given : 0;
}

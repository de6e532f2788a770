import type { SyncOptions as WireOptions } from '../../protocol/index.ts';
import { EasError } from '../domain/errors.ts';
import type { BodyPreference, RenderOptions, SyncOptions } from '../domain/sync-record.ts';

/** [MS-ASAIRS] 2.2.2.12 BodyPreference. Throws 'invalid-request' for a Type that does not exist. */
export function bodyPreferenceOf(wire: WireOptions['BodyPreference'][number]): BodyPreference {
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
  return wire[0] && bodyPreferenceOf(wire[0]);
}

/** What a Search or a Fetch says of the bodies it wants. */
export function renderOptionsOf(options: Partial<Pick<WireOptions, Wanted>> | undefined): RenderOptions {
  const bodyPart = bodyPartOf(options?.BodyPartPreference ?? []);
  return {
    bodyPreferences: (options?.BodyPreference ?? []).map(bodyPreferenceOf),
    mimeSupport: mimeSupportOf(options?.MIMESupport),
    ...(bodyPart && { bodyPart }),
  };
}
type Wanted = 'BodyPreference' | 'BodyPartPreference' | 'MIMESupport';

/** [MS-ASCMD] 2.2.3.110 MIMESupport: what is none of the three counts as never. */
export function mimeSupportOf(given: number | undefined): SyncOptions['mimeSupport'] {
  return given === 1 || given === 2 ? given : 0;
}

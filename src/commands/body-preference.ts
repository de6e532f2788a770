import type { SyncOptions as WireOptions } from '../../protocol/index.ts';
import { EasError } from '../domain/errors.ts';
import type { BodyPreference, SyncOptions } from '../domain/sync-record.ts';

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

/** [MS-ASCMD] 2.2.3.110 MIMESupport: what is none of the three counts as never. */
export function mimeSupportOf(given: number | undefined): SyncOptions['mimeSupport'] {
  return given === 1 || given === 2 ? given : 0;
}

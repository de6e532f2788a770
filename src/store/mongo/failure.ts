import { MongoError, MongoServerError } from 'mongodb';
import { EasError } from '../../domain/errors.ts';

/** The driver's error as a word of the domain; what is none of the driver's stays. */
export function asDomainError(error: unknown): unknown {
  if (error instanceof EasError || !(error instanceof MongoError)) return error;
  // A disk that is full, or an item over 16 MB.
  if (error instanceof MongoServerError && (error.code === 14031 || /no space left/i.test(error.message))) {
    return new EasError('full', undefined, { cause: error });
  }
  if (error instanceof MongoServerError && (error.code === 10334 || error.code === 17419)) {
    return new EasError('too-large', undefined, { cause: error });
  }
  // Too many wrote the same row for as long as the driver tried.
  if (isCollision(error)) return new EasError('busy', undefined, { cause: error });
  return new EasError('store-unavailable', error.message.replace(/mongodb(\+srv)?:\/\/\S+/g, '***'), { cause: error });
}

/** Another transaction wrote the same. */
export function isCollision(error: unknown): boolean {
  return error instanceof MongoError && error.code === 112;
}
/** The server's code, and that of rows in memory, for a key that is there. */
export const duplicateKey = 11000;
/** A drawn number or id that stood there already. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof MongoError && error.code === duplicateKey;
}

/** Said no to something that was asked, and nothing was committed: not the connection, and not another node in its way. */
export function isRefused(error: unknown): boolean {
  if (!(error instanceof MongoError)) return true;
  // A connection that broke in a bulk of writes comes as the server's word too, but without a number.
  if (!(error instanceof MongoServerError) || typeof error.code !== 'number') return false;
  return !error.hasErrorLabel('TransientTransactionError') && !error.hasErrorLabel('UnknownTransactionCommitResult');
}

export async function domainErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asDomainError(error);
  }
}

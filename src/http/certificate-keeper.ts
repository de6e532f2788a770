import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';

export interface Pem {
  readonly cert: string;
  readonly key: string;
}
export interface CertificateKeeper extends Disposable {
  /** The one that holds. */
  readonly current: Pem;
  /** Looks now, too. */
  look(): Promise<void>;
  /** Called with each new one. */
  onChange(listener: (pem: Pem) => void): void;
}

/** Looks again every `every` milliseconds; one that cannot be read or used leaves the old one in place. */
export async function keepCertificate(
  read: () => Promise<Pem>,
  { every, clock, log }: { readonly every: number; readonly clock: Clock; readonly log: Log },
): Promise<CertificateKeeper> {
  let current = await read();
  const listeners: ((pem: Pem) => void)[] = [];
  let cancel = () => {};
  const look = async (): Promise<void> => {
    try {
      const found = await read();
      if (found.cert === current.cert && found.key === current.key) return;
      current = found;
      for (const listener of listeners) listener(found);
      log.info('another certificate', { until: new X509Certificate(found.cert).validTo });
    } catch (error) {
      log.error('the certificate cannot be read; the old one goes on', { error });
    }
  };
  const again = (): void => {
    cancel = clock.after(every, () => void look().finally(again));
  };
  again();
  return {
    get current() {
      return current;
    },
    look,
    onChange: (listener) => void listeners.push(listener),
    [Symbol.dispose]: () => cancel(),
  };
}

/** A certificate with its chain, and its key. Throws when they cannot be read or do not belong together. */
export async function readCertificate(files: { readonly cert: string; readonly key: string }): Promise<Pem> {
  const [cert, key] = await Promise.all([readFile(files.cert, 'utf8'), readFile(files.key, 'utf8')]);
  const parsed = usable(files.cert, 'certificate', () => new X509Certificate(cert));
  const privateKey = usable(files.key, 'private key', () => createPrivateKey(key));
  if (!parsed.checkPrivateKey(privateKey)) throw new Error(`'${files.key}' is not the key of '${files.cert}'`);
  usable(files.cert, 'certificate', () => createSecureContext({ cert, key }));
  return { cert, key };
}

function usable<Kind>(file: string, what: string, parse: () => Kind): Kind {
  try {
    return parse();
  } catch (cause) {
    throw new Error(`'${file}' holds no ${what} in PEM form that can be used`, { cause });
  }
}

export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** OpenSSL keeps the ciphers of old TLS off unless it is asked for them. */
export function secureOptions(minVersion: TlsVersion): { readonly minVersion: TlsVersion; readonly ciphers?: string } {
  return minVersion < 'TLSv1.2' ? { minVersion, ciphers: 'DEFAULT@SECLEVEL=0' } : { minVersion };
}

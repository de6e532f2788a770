import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { createTransport } from 'nodemailer';
import type { Smarthost } from '../config/address.ts';

/** What became of each recipient that was not accepted. */
export interface Refused {
  readonly address: string;
  readonly permanent: boolean;
  /** [RFC 3463]. */
  readonly status: string;
  readonly reason: string;
}
/** Hands one message on; an empty answer means that everybody got it. Never throws. */
export type HandOn = (envelope: { from: string; to: readonly string[] }, mime: Buffer) => Promise<Refused[]>;

interface SmtpFailure extends Error {
  readonly code?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
  readonly recipient?: string | undefined;
  readonly rejectedErrors?: readonly SmtpFailure[] | undefined;
}

/**
 * One connection per message. A password crosses other machines only under TLS. `anyCertificate`: of a server that nobody chose,
 * where TLS with whoever it is beats none ([RFC 7435]).
 */
export function createSmarthost(
  { host, port, user, password }: Smarthost,
  { anyCertificate = false }: { readonly anyCertificate?: boolean } = {},
): HandOn {
  const transport = createTransport({
    host,
    port,
    secure: port === 465,
    ...(user !== undefined && { auth: { user, pass: password ?? '' }, requireTLS: !isLoopback(host) && port !== 465 }),
    opportunisticTLS: user === undefined,
    ...(anyCertificate && { tls: { rejectUnauthorized: false } }),
    name: hostname(),
    connectionTimeout: 30_000,
    greetingTimeout: 30_000,
    socketTimeout: 120_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return async ({ from, to }, mime) => {
    try {
      const eightBit = mime.some((byte) => byte > 127);
      const sent = await transport.sendMail({ envelope: { from, to: [...to], use8BitMime: eightBit }, raw: mime });
      return (sent.rejectedErrors ?? []).map((failure) => refusal(failure, failure.recipient ?? ''));
    } catch (error) {
      return refusals(error as SmtpFailure, to);
    }
  };
}

function refusals(failure: SmtpFailure, to: readonly string[]): Refused[] {
  return to.map((address) => {
    const own = failure.rejectedErrors?.find(({ recipient }) => recipient === address);
    return refusal(own ?? failure, address);
  });
}

/** 5xx to the sender, a recipient or the message is final; a login that fails is our own affair and may be mended. */
function refusal(failure: SmtpFailure, address: string): Refused {
  const reason = failure.response ?? failure.message;
  const final = ['EENVELOPE', 'EMESSAGE', 'ESTREAM'].includes(failure.code ?? '');
  const permanent = final && (failure.responseCode ?? 0) >= 500;
  const status = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(reason)?.[1] ?? (permanent ? '5.0.0' : '4.0.0');
  return { address, permanent, status, reason };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

// A letter whose every part is known, so that what a phone is given can be compared with it.
import { seeded } from '../../scripts/make-mailbox.ts';

export interface Letter {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachment: Buffer;
  /** The whole message, with CRLF. */
  readonly mime: Buffer;
}

export function makeLetter(from: string, to: string, subject: string, seed: number): Letter {
  const random = seeded(seed);
  const attachment = Buffer.from(Uint8Array.from({ length: 70_001 }, () => Math.floor(random() * 256)));
  const text = 'Grüße aus der Ferne,\r\n\r\nein Satz mit € und 東京.\r\n.ein Punkt am Anfang\r\nEnde';
  const html = '<html><body><p>Grüße aus der <b>Ferne</b>, 東京</p></body></html>';
  const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/.{76}(?=.)/g, '$&\r\n');
  const lines = [
    `From: "Outside" <${from}>`,
    `To: ${to}`,
    `Subject: ${subject}`,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <letter-${seed}-${Date.now()}@outside.example>`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="outer"',
    '',
    '--outer',
    'Content-Type: multipart/alternative; boundary="inner"',
    '',
    '--inner',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    text,
    '--inner',
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    base64(Buffer.from(html)),
    '--inner--',
    '--outer',
    'Content-Type: application/octet-stream',
    'Content-Disposition: attachment; filename="bytes.bin"',
    'Content-Transfer-Encoding: base64',
    '',
    base64(attachment),
    '--outer--',
    '',
  ];
  return { subject, text, html, attachment, mime: Buffer.from(lines.join('\r\n')) };
}

/** A short plain message, as a phone's composer makes it. */
export function plainMessage(from: string, to: string, subject: string, text: string): string {
  return [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    text,
    '',
  ].join('\r\n');
}

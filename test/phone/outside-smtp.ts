// An SMTP client that no one here wrote: Python's smtplib, as a process of its own.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

const script = `
import smtplib, sys
host, port, sender, recipient = sys.argv[1:5]
with smtplib.SMTP(host, int(port), timeout=20) as smtp:
    smtp.ehlo()
    options = ['BODY=8BITMIME'] if smtp.has_extn('8bitmime') else []
    smtp.sendmail(sender, [recipient], sys.stdin.buffer.read(), mail_options=options)
`;

/** Why there is none, or undefined when there is. */
export const noOutsideClient: string | undefined =
  spawnSync('python3', ['-c', 'import smtplib']).status === 0
    ? undefined
    : 'python3 with smtplib is not on this machine';

/** Resolves when the server has taken the message over. */
export async function sendFromOutside(
  smtp: { readonly host: string; readonly port: number },
  from: string,
  to: string,
  message: Buffer,
): Promise<void> {
  const child = spawn('python3', ['-c', script, smtp.host, String(smtp.port), from, to]);
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  child.stdin.end(message);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`smtplib: ${errors}`);
}

/** A mail of an mbox file, as it was before it was put there. */
export interface MboxMail {
  readonly mime: Buffer;
  /** Milliseconds, as its `From ` line says. */
  readonly received?: number;
  readonly read?: boolean;
  readonly flagged?: boolean;
  readonly answered?: boolean;
}

const separators = ['\n\nFrom ', '\n\r\nFrom '].map((text) => Buffer.from(text));
const longest = 8;

/** Its mails in order; a stream that does not begin with `From ` is one mail. */
export async function* splitMbox(stream: AsyncIterable<Buffer | string>): AsyncGenerator<MboxMail> {
  let rest = Buffer.alloc(0);
  let searched = 0;
  let isMbox: boolean | undefined;
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, typeof chunk === 'string' ? Buffer.from(chunk) : chunk]);
    if (rest.length < 5) continue;
    isMbox ??= rest.subarray(0, 5).equals(Buffer.from('From '));
    if (!isMbox) continue;
    for (let end = nextEnd(rest, searched); end; end = nextEnd(rest, 0)) {
      yield mailOf(rest.subarray(0, end.end));
      rest = rest.subarray(end.next);
      searched = 0;
    }
    searched = Math.max(0, rest.length - longest);
  }
  if (rest.length > 0) yield isMbox ? mailOf(withoutBlankLine(rest)) : { mime: rest };
}

/** Where a mail ends, without the blank line behind it, and where the next `From ` stands. */
function nextEnd(bytes: Buffer, from: number): { end: number; next: number } | undefined {
  const found = separators
    .map((separator) => ({ at: bytes.indexOf(separator, from), length: separator.length }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)[0];
  return found && { end: found.at + 1, next: found.at + found.length - 5 };
}

function withoutBlankLine(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1', Math.max(0, bytes.length - 3));
  const blank = text.endsWith('\n\r\n') ? 2 : text.endsWith('\n\n') ? 1 : 0;
  return bytes.subarray(0, bytes.length - blank);
}

function mailOf(entry: Buffer): MboxMail {
  const line = entry.indexOf('\n');
  const first = entry.toString('latin1', 0, Math.max(0, line));
  const quoted = entry.subarray(line + 1);
  const mime = quoted.includes('>From ')
    ? Buffer.from(quoted.toString('latin1').replaceAll(/^>(>*From )/gm, '$1'), 'latin1')
    : Buffer.from(quoted);
  const received = Date.parse(`${/\b[A-Z][a-z]{2} +\d{1,2} \d{2}:\d{2}(?::\d{2})? \d{4}/.exec(first)?.[0]} UTC`);
  return { mime, ...(!Number.isNaN(received) && { received }), ...flagsOf(mime) };
}

/** `Status: RO` and `X-Status: AF`, as mail programs note them in the header. */
function flagsOf(mime: Buffer): Partial<MboxMail> {
  const end = mime.toString('latin1', 0, 65_536).split(/\r?\n\r?\n/, 1)[0]!;
  const of = (name: string): string => new RegExp(`^${name}:[ \\t]*([A-Za-z]*)`, 'im').exec(end)?.[1] ?? '';
  const [status, more] = [of('Status'), of('X-Status')];
  return { read: status.includes('R'), flagged: more.includes('F'), answered: more.includes('A') };
}

/** The mail as an mbox keeps it, ready to be put behind others. `received` in milliseconds. */
export function mboxEntry(mime: Buffer, received: number): Buffer {
  const date = new Date(received).toUTCString(); // Thu, 26 Nov 2026 10:00:00 GMT
  const [day, number, month, year, time] = date.replace(',', '').split(' ');
  const quoted = /^>*From /m.test(mime.toString('latin1'))
    ? Buffer.from(mime.toString('latin1').replaceAll(/^(>*From )/gm, '>$1'), 'latin1')
    : mime;
  const last = mime.at(-1) === 10 ? '\n' : '\n\n';
  return Buffer.concat([
    Buffer.from(`From MAILER-DAEMON ${day} ${month} ${number} ${time} ${year}\n`),
    quoted,
    Buffer.from(last),
  ]);
}

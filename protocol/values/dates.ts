/**
 * [MS-ASDTYPE]: dateTime `YYYY-MM-DDTHH:MM:SS.mmmZ` and Compact DateTime `YYYYMMDDTHHMMSSZ`, both always UTC, from
 * and to milliseconds since 1970. Reading takes either form, and a date without a time as its midnight.
 */

const form = /^(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d):?(\d\d)(?:\.(\d{1,9}))?)?Z?$/;

/** Milliseconds; undefined for what is no date. */
export function parseDate(text: string): number | undefined {
  const match = form.exec(text.trim());
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  const fraction = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  const date = new Date(0);
  // Date.UTC reads the years 0–99 as 1900–1999.
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, fraction);
  return date.getUTCDate() === day ? date.getTime() : undefined;
}

/** `YYYY-MM-DDTHH:MM:SS.mmmZ`. Throws RangeError outside the years 0–9999. */
export function formatDateTime(milliseconds: number): string {
  const text = new Date(milliseconds).toISOString();
  if (text.length !== 24) throw new RangeError(`${text} has no four-digit year`);
  return text;
}

/** `YYYYMMDDTHHMMSSZ`; milliseconds are cut off. Throws RangeError outside the years 0–9999. */
export function formatCompactDateTime(milliseconds: number): string {
  return `${formatDateTime(milliseconds).slice(0, 19).replace(/[-:]/g, '')}Z`;
}

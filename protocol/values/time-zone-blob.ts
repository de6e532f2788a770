/**
 * [MS-ASCAL] 2.2.2.44 Timezone: base64 of 172 bytes, which hold one offset, or two and the rules by which they take
 * turns. Bytes and meaning; which zone of the world that is stands in time-zone.ts. Biases are minutes west of UTC.
 */

/** A day and time of each year (`year` 0: the `day`th such weekday, 5 the last), or of one year (`day` of the month). */
export interface ChangeDate {
  readonly year: number;
  /** 1–12. */
  readonly month: number;
  /** 0 is Sunday. */
  readonly dayOfWeek: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

export interface TimeZoneBlob {
  /** UTC = local time + bias. */
  readonly bias: number;
  readonly standardName: string;
  /** When standard time begins, on clocks that show daylight time; undefined: the offset never changes. */
  readonly standardDate: ChangeDate | undefined;
  readonly standardBias: number;
  readonly daylightName: string;
  /** When daylight time begins, on clocks that show standard time. */
  readonly daylightDate: ChangeDate | undefined;
  readonly daylightBias: number;
}

const length = 172;
const nameLength = 64;
const standardNameAt = 4;
const standardDateAt = 68;
const standardBiasAt = 84;
const daylightNameAt = 88;
const daylightDateAt = 152;
const daylightBiasAt = 168;
/** No clock is further from UTC; more is rubbish. */
const mostMinutes = 48 * 60;

/** Undefined for what is no blob: too short, dates that do not exist, absurd offsets. */
export function parseTimeZone(base64: string): TimeZoneBlob | undefined {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length < length) return undefined;
  const standardDate = readDate(bytes, standardDateAt);
  const daylightDate = readDate(bytes, daylightDateAt);
  const biases = [bytes.readInt32LE(0), bytes.readInt32LE(standardBiasAt), bytes.readInt32LE(daylightBiasAt)] as const;
  if (standardDate === undefined || daylightDate === undefined) return undefined;
  if (biases.some((each) => Math.abs(each) > mostMinutes)) return undefined;
  const changes = standardDate !== 'none' && daylightDate !== 'none';
  return {
    bias: biases[0],
    standardName: readName(bytes, standardNameAt),
    standardDate: changes ? standardDate : undefined,
    standardBias: biases[1],
    daylightName: readName(bytes, daylightNameAt),
    daylightDate: changes ? daylightDate : undefined,
    daylightBias: biases[2],
  };
}

/** Names are cut to 31 characters. */
export function formatTimeZone(blob: TimeZoneBlob): string {
  const bytes = Buffer.alloc(length);
  bytes.writeInt32LE(blob.bias, 0);
  writeName(bytes, standardNameAt, blob.standardName);
  writeDate(bytes, standardDateAt, blob.standardDate);
  bytes.writeInt32LE(blob.standardBias, standardBiasAt);
  writeName(bytes, daylightNameAt, blob.daylightName);
  writeDate(bytes, daylightDateAt, blob.daylightDate);
  bytes.writeInt32LE(blob.daylightBias, daylightBiasAt);
  return bytes.toString('base64');
}

/** The day of the month of a date in a year; undefined when it is of another year or the month has no such day. */
export function dayIn(date: ChangeDate, year: number): number | undefined {
  const days = new Date(Date.UTC(year, date.month, 0)).getUTCDate();
  if (date.year !== 0) return date.year === year && date.day <= days ? date.day : undefined;
  const firstWeekday = new Date(Date.UTC(year, date.month - 1, 1)).getUTCDay();
  const day = 1 + ((date.dayOfWeek - firstWeekday + 7) % 7) + (date.day - 1) * 7;
  return day > days ? day - 7 : day;
}

/** What the clocks show, counted as if it were UTC; undefined as in `dayIn`. */
export function wallTimeIn(date: ChangeDate, year: number): number | undefined {
  const day = dayIn(date, year);
  if (day === undefined) return undefined;
  return Date.UTC(year, date.month - 1, day, date.hour, date.minute, date.second, date.millisecond);
}

function readDate(bytes: Buffer, at: number): ChangeDate | 'none' | undefined {
  const [year, month, dayOfWeek, day, hour, minute, second, millisecond] = Array.from({ length: 8 }, (_, index) =>
    bytes.readUInt16LE(at + index * 2),
  ) as [number, number, number, number, number, number, number, number];
  if (month === 0) return 'none';
  const exists =
    month <= 12 &&
    dayOfWeek <= 6 &&
    day >= 1 &&
    day <= (year === 0 ? 5 : 31) &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59 &&
    millisecond <= 999;
  return exists ? { year, month, dayOfWeek, day, hour, minute, second, millisecond } : undefined;
}

function writeDate(bytes: Buffer, at: number, date: ChangeDate | undefined): void {
  if (date === undefined) return;
  const { year, month, dayOfWeek, day, hour, minute, second, millisecond } = date;
  [year, month, dayOfWeek, day, hour, minute, second, millisecond].forEach((value, index) => {
    bytes.writeUInt16LE(value, at + index * 2);
  });
}

function readName(bytes: Buffer, at: number): string {
  const text = bytes.toString('utf16le', at, at + nameLength);
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

function writeName(bytes: Buffer, at: number, name: string): void {
  bytes.write(name.slice(0, nameLength / 2 - 1), at, nameLength, 'utf16le');
}

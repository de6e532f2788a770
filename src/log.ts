// The log: winston, one JSON object a line on stderr, readable text when stderr is a terminal.
// Never a body, a credential or another person's data goes into a line.
import winston from 'winston';

export type Fields = Readonly<Record<string, unknown>>;
export interface Log {
  error(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  debug(message: string, fields?: Fields): void;
}

export const logLevels = ['error', 'warn', 'info', 'debug', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LogOptions {
  readonly level: LogLevel;
  /** Default stderr. */
  readonly stream?: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** Whose level can be changed while it is used. */
export interface AdjustableLog extends Log {
  setLevel(level: LogLevel): void;
}

export function createLog({ level, stream = process.stderr }: LogOptions): AdjustableLog {
  const { combine, timestamp, json, printf } = winston.format;
  const logger = winston.createLogger({
    ...levelOf(level),
    format: combine(errorFields(), timestamp(), stream.isTTY === true ? printf(readable) : json()),
    transports: [new winston.transports.Stream({ stream })],
  });
  return Object.assign(logger, { setLevel: (next: LogLevel) => void Object.assign(logger, levelOf(next)) });
}

function levelOf(level: LogLevel): { level: string; silent: boolean } {
  return { level: level === 'silent' ? 'error' : level, silent: level === 'silent' };
}

/** Error objects among the fields: JSON would print them as {}. */
const errorFields = winston.format((info) => {
  for (const [key, value] of Object.entries(info)) {
    if (value instanceof Error) info[key] = value.stack ?? value.message;
  }
  return info;
});

function readable({ level, message, timestamp, ...fields }: winston.Logform.TransformableInfo): string {
  const rest = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [String(timestamp).slice(11, 23), level, message, ...rest].join(' ');
}

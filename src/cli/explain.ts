import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { ConfigError } from '../config/config.ts';
import { type EasError, isEasError } from '../domain/errors.ts';
import { CliError } from './context.ts';

export interface Explained {
  readonly message: string;
  readonly exitCode: number;
}
type SystemError = NodeJS.ErrnoException & { readonly path?: string; readonly dest?: string };

/** What went wrong, in one line for the person at the terminal, and what to do where that is known. */
export function explain(error: unknown): Explained {
  if (error instanceof ConfigError) return { message: error.message, exitCode: 2 };
  if (error instanceof CliError) return error;
  if (isEasError(error)) return { message: explainEas(error), exitCode: 1 };
  const { code = '', message } = error as SystemError;
  const sentence = system[code]?.(error as SystemError) ?? sqlite[code] ?? message ?? String(error);
  return { message: sentence, exitCode: 1 };
}

/** The words of the code, and what it is about; a sentence of its own where that helps more. */
function explainEas({ code, message }: EasError): string {
  const about = message === code ? '' : message.slice(code.length + 2);
  return eas[code]?.(about) ?? (about === '' ? words(code) : `${words(code)}: ${about}`);
}
const eas: { readonly [code: string]: (about: string) => string } = {
  full: () => full,
  'invalid-mime': (about) => about || words('invalid-mime'),
  'over-quota': () => 'the account has no room left; `easel user set ADDRESS --quota SIZE` gives it more',
  'store-newer': (about) =>
    `the store is of a newer release (${about}); start that release, or put back the copy that lies beside easel.sqlite as easel.sqlite.before-N`,
  'store-unavailable': (about) => (about.startsWith("'") ? about : `store unavailable: ${about}`),
};

const full = 'the disk is full; make room and say it again';
const me = () => userInfo().username;
const notAllowed = ({ path = '', dest }: SystemError) =>
  `${me()} may not use '${dest ?? path}': run it as who owns '${dirname(dest ?? path)}', or change its rights`;
const system: { readonly [code: string]: (error: SystemError) => string | undefined } = {
  ENOENT: ({ path }) => (path === undefined ? undefined : `there is no '${path}'`),
  EACCES: notAllowed,
  EPERM: notAllowed,
  EROFS: ({ path }) => `'${path}' lies on a disk that cannot be written`,
  ENOTDIR: ({ path = '' }) => `'${path}' is, or lies below, something that is no folder`,
  EISDIR: () => 'a file is needed where a folder was named',
  EEXIST: ({ path }) => `'${path}' is there already`,
  ENOSPC: () => full,
  EDQUOT: () => full,
  EMFILE: () => 'too many files are open; raise the limit (ulimit -n)',
};

const damaged =
  'easel.sqlite is damaged: move it and its -wal and -shm files aside and put a backup in place (`easel store restore`)';
const sqlite: { readonly [code: string]: string } = {
  SQLITE_NOTADB: damaged,
  SQLITE_CORRUPT: damaged,
  SQLITE_CORRUPT_INDEX: damaged,
  SQLITE_ERROR: 'easel.sqlite is not as this release made it; put a backup in place (`easel store restore`)',
  SQLITE_FULL: full,
  SQLITE_BUSY: 'another program holds easel.sqlite; end it, or wait until it is done',
  SQLITE_CANTOPEN:
    'easel.sqlite cannot be opened: the folder of --data and the files in it must belong to who runs this',
  SQLITE_READONLY:
    'easel.sqlite may not be written: the folder of --data and the files in it must belong to who runs this',
};

function words(code: string): string {
  return code.replaceAll('-', ' ');
}

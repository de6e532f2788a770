import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type UserChanges, updateUser } from '../admin/accounts.ts';
import type { Store } from '../store/port.ts';
import { CliError, withStore } from './context.ts';

interface Field {
  readonly option: string;
  readonly help: string;
  /** What an account becomes by the text; '' takes the field away. Throws what is told the person. */
  readonly change: (text: string, store: Store) => UserChanges | Promise<UserChanges>;
}

const week = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const largestPicture = 512 * 1024;
const units: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

const person = (name: keyof NonNullable<UserChanges['person']>) => (text: string) => ({
  person: { [name]: text || undefined },
});

const fields: readonly Field[] = [
  { option: 'name <name>', help: 'what people read as the sender', change: (text) => ({ displayName: needed(text) }) },
  { option: 'alias <address,…>', help: 'its other addresses', change: (text) => ({ aliases: listed(text) }) },
  { option: 'quota <size>', help: 'what its items may take: 500M, 2G', change: (text) => ({ quota: bytes(text) }) },
  { option: 'zone <name>', help: 'its time zone: Europe/Berlin', change: (text) => ({ timeZone: zone(text) }) },
  { option: 'locale <tag>', help: 'its language: de-DE', change: (text) => ({ locale: locale(text) }) },
  { option: 'first-day <day>', help: 'with which a week begins', change: (text) => ({ firstDayOfWeek: day(text) }) },
  { option: 'first-name <text>', help: 'in the address list', change: person('firstName') },
  { option: 'last-name <text>', help: 'in the address list', change: person('lastName') },
  { option: 'title <text>', help: 'in the address list', change: person('title') },
  { option: 'company <text>', help: 'in the address list', change: person('company') },
  { option: 'office <text>', help: 'in the address list', change: person('office') },
  { option: 'phone <number>', help: 'in the address list', change: person('phone') },
  { option: 'home-phone <number>', help: 'in the address list', change: person('homePhone') },
  { option: 'mobile <number>', help: 'in the address list', change: person('mobile') },
  { option: 'picture <file>', help: 'a JPEG or PNG of at most 512 KB', change: picture },
  { option: 'certificate <file>', help: 'for encrypted mail to it: PEM or DER', change: certificate },
  { option: 'redirect <url>', help: 'the server that it lives on now', change: (text) => ({ redirect: url(text) }) },
];

export function userSet(parent: Command): void {
  const command = parent
    .command('set')
    .description("change what is said of an account; '' takes something away")
    .argument('<address>');
  for (const { option, help } of fields) command.option(`--${option}`, help);
  command.action(async (address: string, _options, self: Command) => {
    const given = self.opts<Record<string, string>>();
    const asked = fields.flatMap((field) => {
      const text = given[nameOf(field)];
      return text === undefined ? [] : [{ field, text }];
    });
    if (asked.length === 0)
      throw new CliError('there is nothing to change; `easel user set --help` says what can be', 2);
    await withStore(self.optsWithGlobals(), async (store) => {
      await updateUser(store, address, await changesOf(store, asked));
    });
    process.stdout.write(`changed ${address.trim().toLowerCase()}\n`);
  });
}

function nameOf({ option }: Field): string {
  return option.split(' ')[0]!.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

async function changesOf(store: Store, asked: readonly { field: Field; text: string }[]): Promise<UserChanges> {
  let changes: UserChanges = {};
  for (const { field, text } of asked) {
    try {
      const next = await field.change(text.trim(), store);
      changes = { ...changes, ...next, person: { ...changes.person, ...next.person } };
    } catch (error) {
      throw new CliError(`--${field.option.split(' ')[0]}: '${text}' is not possible: ${(error as Error).message}`, 2);
    }
  }
  return changes;
}

function needed(text: string): string {
  if (text === '') throw new Error('an account has a name');
  return text;
}
function listed(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
function bytes(text: string): number | undefined {
  if (text === '' || text === 'none') return undefined;
  const [, number, unit = ''] = /^(\d{1,12})\s*([kmgt]?)b?$/i.exec(text) ?? [];
  if (number === undefined) throw new Error('write it as 500M or 2G');
  return Number(number) * units[unit.toLowerCase()]!;
}
function zone(text: string): string | undefined {
  return text === '' ? undefined : new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
}
function locale(text: string): string | undefined {
  return text === '' ? undefined : Intl.getCanonicalLocales(text)[0];
}
function day(text: string): UserChanges['firstDayOfWeek'] {
  if (text === '') return undefined;
  const found = week.findIndex((name) => text.length >= 2 && name.startsWith(text.toLowerCase()));
  if (found < 0) throw new Error('write it as monday');
  return found as UserChanges['firstDayOfWeek'];
}
function url(text: string): string | undefined {
  if (text === '') return undefined;
  const { protocol, pathname, href } = new URL(text);
  if (protocol !== 'https:') throw new Error('it must be https');
  return pathname === '/' ? new URL('/Microsoft-Server-ActiveSync', href).href : href;
}
async function picture(file: string, store: Store): Promise<UserChanges> {
  if (file === '') return { picture: undefined };
  const image = readFileSync(file);
  const known = ['ffd8ff', '89504e47'].some((first) => image.toString('hex', 0, 4).startsWith(first));
  if (!known) throw new Error('it is no JPEG and no PNG');
  if (image.length > largestPicture) throw new Error(`it has ${image.length} bytes, ${largestPicture} at most`);
  return { picture: (await store.blobs.put(image)).id };
}
function certificate(file: string): UserChanges {
  if (file === '') return { certificates: undefined };
  return { certificates: [new X509Certificate(readFileSync(file)).raw.toString('base64')] };
}

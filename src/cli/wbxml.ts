import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import {
  decodeTorn,
  encodeToBuffer,
  formatXml,
  parseXml,
  tagName,
  type WbxmlError,
  XmlError,
} from '../../protocol/index.ts';
import { CliError } from './context.ts';

interface Options {
  readonly hex?: boolean;
  readonly base64?: boolean;
}

/** WBXML ⇄ XML that people can read: for bug reports. */
export function wbxml(program: Command): void {
  const parent = program.command('wbxml').description('request and answer bodies as XML, and back');
  const add = (
    name: string,
    description: string,
    form: string,
    act: (file: string, options: Options) => void,
  ): void => {
    parent
      .command(name)
      .description(description)
      .argument('[file]', "'-' or absent: standard input", '-')
      .option('--hex', `${form} is hexadecimal digits; blanks and what follows a # do not count`)
      .option('--base64', `${form} is base64`)
      .action((file: string, options: Options) => {
        if (options.hex && options.base64) throw new CliError('--hex and --base64 exclude each other', 2);
        act(file, options);
      });
  };
  add('decode', 'WBXML to XML; of a broken body what could be read, and where it broke', 'the body', decodeFile);
  add('encode', 'XML to WBXML', 'what is written', encodeFile);
}

function decodeFile(file: string, options: Options): void {
  const body = toBytes(read(file), options);
  const { root, error, trailing } = decodeTorn(body);
  if (root !== undefined) process.stdout.write(formatXml(root));
  if (error !== undefined) throw new CliError(explain(error, body.length));
  if (trailing > 0) process.stderr.write(`easel: ${trailing} bytes follow the document\n`);
}

function explain({ message, path }: WbxmlError, length: number): string {
  const where = path.length === 0 ? '' : `, inside ${path.map(tagName).join('/')}`;
  return `${message} of ${length}${where}`;
}

function encodeFile(file: string, options: Options): void {
  const body = encodeToBuffer(parsed(read(file).toString('utf8')));
  if (options.hex) process.stdout.write(`${body.toString('hex')}\n`);
  else if (options.base64) process.stdout.write(`${body.toString('base64')}\n`);
  else process.stdout.write(body);
}

function parsed(xml: string): ReturnType<typeof parseXml> {
  try {
    return parseXml(xml.replace(/^\ufeff/, ''));
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    const line = xml.slice(0, error.offset).split('\n').length;
    throw new CliError(`${error.message}, line ${line}`);
  }
}

function read(file: string): Buffer {
  return readFileSync(file === '-' ? 0 : file);
}

function toBytes(content: Buffer, { hex, base64 }: Options): Buffer {
  if (!hex && !base64) return content;
  const text = content.toString('latin1').replace(/#.*$|\s/gm, '');
  if (hex && !/^(?:[0-9a-f]{2})*$/i.test(text)) throw new CliError('hexadecimal digits, two a byte, are expected');
  if (base64 && !/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) throw new CliError('base64 is expected');
  return Buffer.from(text, hex ? 'hex' : 'base64');
}

// What became of a request, as an answer: the document of its value, or the Status of its refusal where its version has it.
import {
  buildMultipart,
  type Chunk,
  contentTypes,
  encodeChunks,
  httpOfStatus,
  rank,
  type ShapedCommand,
  statusAnswer,
  type Version,
  write,
} from '../../protocol/index.ts';
import type { Element } from '../../protocol/wbxml/element.ts';
import type { Command } from '../commands/define.ts';
import type { AccountId } from '../domain/ids.ts';
import type { EasResponse } from './types.ts';

export const server = '16.1';

/** What a refusal needs of a request. */
export interface Asked {
  readonly account: AccountId;
  readonly command: Command;
  readonly version: Version;
  readonly note: Record<string, string | number>;
}
/** What an answer needs. */
export interface Working extends Asked {
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Chunk[][] | undefined;
  /** For who arranges the answer after it. */
  readonly input: unknown;
}

export function answerOf({ command, version, note, headers, parts, input }: Working, value: unknown): EasResponse {
  const whole = wholeStatus(value, version);
  if (whole !== undefined) return refusal(command.name as ShapedCommand, whole, version, { ...note, easStatus: whole });
  const written = value === undefined ? undefined : write(command.response, value, { version });
  const answer = written && command.arrange ? command.arrange(written, input as never) : written;
  return answer && parts ? respondInParts(answer, parts, note) : respond(answer, note, headers);
}

/** A Status of the whole request is an HTTP code before 14.0 ([MS-ASCMD] 2.2.2 Common Status Codes). */
export function refusal(
  command: ShapedCommand,
  status: number,
  version: Version,
  note: EasResponse['note'],
): EasResponse {
  const http = isOld(version) ? httpOfStatus(command, status) : undefined;
  if (http === undefined) return respond(statusAnswer(command, status), note);
  return { status: http, headers: { 'MS-Server-ActiveSync': server, ...later(http) }, body: [], note };
}
/** [MS-ASHTTP] R288. */
function later(http: number): Readonly<Record<string, string>> {
  return http === 503 ? { 'Retry-After': '30' } : {};
}
export function isOld(version: Version): boolean {
  return rank(version) < rank('14.0');
}

/** The common Status that an answer to an old version would carry at its root. */
function wholeStatus(value: unknown, version: Version): number | undefined {
  const { Status } = (value ?? {}) as { readonly Status?: number };
  return isOld(version) && Status !== undefined && Status > 100 ? Status : undefined;
}

function respond(
  answer: Element | undefined,
  note: EasResponse['note'],
  extra: Readonly<Record<string, string>> = {},
): EasResponse {
  const headers = { 'MS-Server-ActiveSync': server, ...extra };
  if (!answer) return { status: 200, headers, body: [], note };
  return {
    status: 200,
    headers: { ...headers, 'Content-Type': contentTypes.wbxml },
    body: encodeChunks(answer).chunks,
    note,
  };
}

function respondInParts(answer: Element, parts: Chunk[][], note: EasResponse['note']): EasResponse {
  const headers = { 'MS-Server-ActiveSync': server, 'Content-Type': contentTypes.multipart };
  return { status: 200, headers, body: buildMultipart([encodeChunks(answer).chunks, ...parts]), note };
}

// The thread of one long mail: takes it, answers, ends.
import { parentPort, workerData } from 'node:worker_threads';
import { EasError } from '../../domain/errors.ts';
import type { AsideReply, AsideRequest } from './aside.ts';
import { indexMessage } from './index-mime.ts';
import { prepareOutgoing } from './outgoing.ts';

const request = workerData as AsideRequest;
const mime = Buffer.from(request.mime.buffer, request.mime.byteOffset, request.mime.byteLength);

function answer(): { reply: AsideReply; give: ArrayBuffer[] } {
  try {
    if (request.job === 'index') return { reply: { done: indexMessage(mime) }, give: [] };
    const done = prepareOutgoing(mime, request.sender);
    return {
      reply: { done },
      give: [...new Set([done.mime, done.sentCopy].map(({ buffer }) => buffer as ArrayBuffer))],
    };
  } catch (error) {
    const { message } = error as Error;
    return { reply: { code: error instanceof EasError ? error.code : undefined, message }, give: [] };
  }
}

const { reply, give } = answer();
parentPort!.postMessage(reply, give);

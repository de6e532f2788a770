import type { BareCommand } from './define.ts';
import { fileName, openFile } from './fetch.ts';

/** [MS-ASCMD] 2.2.1.7 GetAttachment, up to 12.1: the bytes of a file, by the name that its item told. */
export const getAttachmentCommand: BareCommand = {
  name: 'GetAttachment',
  body: 'none',
  answer: async (context, { AttachmentName = '' }) => {
    const { type, length, open } = await openFile(context, fileName(AttachmentName));
    return { type, body: [{ size: length, open, text: false }] };
  },
};

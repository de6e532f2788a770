import { sendMail } from '../../protocol/index.ts';
import { defineCommand } from './define.ts';
import { messageName, send } from './send.ts';

/** [MS-ASCMD] 2.2.1.17 SendMail. */
export const sendMailCommand = defineCommand({
  name: 'SendMail',
  ...sendMail,
  body: 'required',
  carriesMessage: 'sent',
  fromMessage: (mime, { SaveInSent = false }) => ({
    ClientId: messageName(mime),
    SaveInSentItems: SaveInSent,
    Mime: mime,
  }),
  handle: (context, request) => send(context, request!, request!.Mime, async (mime) => mime),
});

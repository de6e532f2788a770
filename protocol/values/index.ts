export { conversationIndex, newThreadIndex, replyThreadIndex, threadOf, threadStart } from './conversation-index.ts';
export { formatCompactDateTime, formatDateTime, parseDate } from './dates.ts';
export { globalObjIdOfUid, uidOfGlobalObjId } from './global-obj-id.ts';

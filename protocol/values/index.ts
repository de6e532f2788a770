export { conversationIndex, newThreadIndex, replyThreadIndex, threadOf, threadStart } from './conversation-index.ts';
export { formatCompactDateTime, formatDateTime, parseDate } from './dates.ts';
export { globalObjIdOfUid, uidOfGlobalObjId } from './global-obj-id.ts';
export { buildLongId, parseLongId } from './long-id.ts';
export { type FoundZone, rulesOfBlob, timeZoneOf, type YearRules, yearRules, zoneOfBlob } from './time-zone.ts';
export { type ChangeDate, dayIn, formatTimeZone, parseTimeZone, type TimeZoneBlob } from './time-zone-blob.ts';
export { windowsZones } from './windows-zones.ts';
export { isTimeZone, type OffsetChange, offsetAt, type ZoneYear, zoneYear } from './zone-years.ts';

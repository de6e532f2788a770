/**
 * [MS-ASEMAIL] 2.2.2.37 GlobalObjId: base64 of a 16-byte class id, 4 bytes of instance date, 8 of creation time,
 * 8 zero bytes, a length and data. A foreign UID stands in the data behind `vCal-Uid`.
 */

const classId = Buffer.from('040000008200E00074C5B7101A82E008', 'hex');
const marker = 'vCal-Uid';
const lengthAt = 36;
const dataAt = 40;
const uidAt = 52;

/** The UID of an iCalendar object that a GlobalObjId stands for; undefined when it is none. */
export function uidOfGlobalObjId(base64: string): string | undefined {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length < dataAt || !bytes.subarray(0, 16).equals(classId)) return undefined;
  const length = bytes.readUInt32LE(lengthAt);
  const foreign =
    bytes.length > uidAt &&
    bytes.toString('latin1', dataAt, dataAt + marker.length) === marker &&
    length >= 13 &&
    dataAt + length <= bytes.length;
  if (foreign) return bytes.toString('utf8', uidAt, uidAt + length - 13);
  const master = Buffer.from(bytes);
  // The instance date must not make occurrences of one series differ.
  master.fill(0, 16, 20);
  return master.toString('hex').toUpperCase();
}

/** The GlobalObjId of a UID; one that was made from a GlobalObjId becomes that again. */
export function globalObjIdOfUid(uid: string): string {
  if (/^(?:[0-9A-F]{2}){40,}$/i.test(uid) && uid.slice(0, 32).toUpperCase() === classId.toString('hex').toUpperCase()) {
    return Buffer.from(uid, 'hex').toString('base64');
  }
  const text = Buffer.from(uid, 'utf8');
  const header = Buffer.alloc(dataAt);
  header.set(classId);
  header.writeUInt32LE(text.length + 13, lengthAt);
  return Buffer.concat([header, Buffer.from(marker), Buffer.from([1, 0, 0, 0]), text, Buffer.from([0])]).toString(
    'base64',
  );
}

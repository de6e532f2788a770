import { page } from './page.ts';

/** [MS-ASWBXML] 2.1.2.1.24 Code Page 23: Notes */
export const notes = page(23, 'Notes', {
  Subject: 0x05,
  MessageClass: 0x06,
  LastModifiedDate: 0x07,
  Categories: 0x08,
  Category: 0x09,
});

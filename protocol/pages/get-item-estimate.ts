import { page } from './page.ts';

/** [MS-ASWBXML] 2.1.2.1.7 Code Page 6: GetItemEstimate */
export const getItemEstimate = page(6, 'GetItemEstimate', {
  GetItemEstimate: 0x05,
  Version: 0x06,
  Collections: 0x07,
  Collection: 0x08,
  Class: 0x09,
  CollectionId: 0x0a,
  DateTime: 0x0b,
  Estimate: 0x0c,
  Response: 0x0d,
  Status: 0x0e,
});

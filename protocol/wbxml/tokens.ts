/** Global tokens of WBXML 1.3 (W3C NOTE-wbxml-19990624, 7.1) that EAS uses or that a reader must recognise. */
export const SWITCH_PAGE = 0x00;
export const END = 0x01;
export const ENTITY = 0x02;
export const STR_I = 0x03;
export const LITERAL = 0x04;
export const STR_T = 0x83;
export const OPAQUE = 0xc3;

/** Low six bits of a tag byte name the tag; the first five values are global tokens. */
export const TOKEN_MASK = 0x3f;
export const HAS_CONTENT = 0x40;
export const HAS_ATTRIBUTES = 0x80;

/** IANA MIBenum of UTF-8: the only charset of EAS. */
export const UTF_8 = 106;

/** Version 1.3, public id 1 (unknown), UTF-8, no string table. */
export const HEADER: readonly number[] = [0x03, 0x01, 0x6a, 0x00];

/**
 * What a frame is (RFC 6455, 5.2 and 11.8), and the bits of its first two bytes:
 *
 *      0 1 2 3 4 5 6 7   8 9 ...
 *     +-+-+-+-+-------+ +-+-------------+
 *     |F|R|R|R| opcode| |M| payload len |
 *     |I|S|S|S|  (4)  | |A|     (7)     |
 *     |N|V|V|V|       | |S|             |
 *     | |1|2|3|       | |K|             |
 *     +-+-+-+-+-------+ +-+-------------+
 */

/** The opcodes that mean something. */
export const Opcode = {
  Continuation: 0x0,
  Text: 0x1,
  Binary: 0x2,
  Close: 0x8,
  Ping: 0x9,
  Pong: 0xa,
} as const;

export const FIN = 0x80;
/** The message is compressed (RFC 7692, 6). */
export const RSV1 = 0x40;
export const RESERVED = 0x70;
export const OPCODE = 0x0f;
export const MASK = 0x80;
/** Set in the opcodes of control frames (5.5). */
export const CONTROL = 0x08;

/** The most that a control frame carries (5.5). */
export const CONTROL_BYTES = 125;
/** In the place of a length: the next two bytes have it. */
export const LENGTH_16 = 126;
/** In the place of a length: the next eight bytes have it. */
export const LENGTH_64 = 127;
/** The longest header: two bytes, a length of eight, a key of four. */
export const HEADER_BYTES = 14;

/**
 * Bytes on the wire: big-endian reads and writes, the Internet checksum, address text, ascii
 * and UTF-8, hexdumps. The only package that every other one may use.
 *
 * Nothing here checks bounds: a caller checks a header's length once and then reads its fields.
 *
 * @packageDocumentation
 */

export { decodeAscii, encodeAscii } from './ascii.js';
export { checksum, checksumFold, checksumSum, pseudoHeaderSum } from './checksum.js';
export { copyOf } from './copy-of.js';
export { readU16, readU32, writeU16, writeU32 } from './endian.js';
export { hexdump } from './hexdump.js';
export { parseIpOctets } from './ip-octets.js';
export { formatIpv4, parseIpv4, parseIpv4Cidr } from './ipv4-address.js';
export { formatIpv6, parseIpv6 } from './ipv6-address.js';
export { OctetQueue } from './octet-queue.js';
export { checkOctets, isOctets } from './octets.js';
export { decodeUtf8, encodeUtf8 } from './utf8.js';
export { WIDE } from './wide.js';

/**
 * Version 2 of the PROXY protocol: a signature, 16 octets of what follows, addresses, and fields of
 * type, length and value.
 *
 * ```
 *  0 .. 11  signature     12  version, command     13  family, protocol     14 .. 15  length of the rest
 * ```
 */

import {
  decodeUtf8,
  formatIpv4,
  formatIpv6,
  parseIpOctets,
  readU16,
  readU32,
  writeU16,
  writeU32,
} from '@netlayers/bytes';
import { crc32c } from './crc32c.js';
import {
  type Endpoint,
  faulty,
  type HeaderFault,
  type HeaderResult,
  PARTIAL,
  type ProxyHeader,
  silentHeader,
} from './proxy-header.js';

/** What a header of version 2 begins with; no other protocol does. */
export const SIGNATURE: Uint8Array = Uint8Array.of(
  ...[0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a],
);

const VERSION_COMMAND = 12;
const FAMILY = 13;
const LENGTH = 14;
const FIXED = 16;

const LOCAL = 0x20;
const PROXY = 0x21;

const INET = 1;
const INET6 = 2;
const UNIX = 3;
const STREAM = 1;
const DATAGRAM = 2;

/** Octets of the addresses, by family. */
const ADDRESS_LENGTHS = [0, 12, 36, 216] as const;
const UNIX_PATH = 108;

const Field = { ALPN: 1, AUTHORITY: 2, CRC32C: 3, UNIQUE_ID: 5, SSL: 0x20 } as const;

const LONGEST_AUTHORITY = 255;
const LONGEST_UNIQUE_ID = 128;
/** Set where the client has connected over TLS. */
const CLIENT_SSL = 1;

/** Reads a header that begins with the signature at `start`; longer than `maxBytes` is a fault. */
export function parseHeaderBlock(
  buf: Uint8Array,
  start: number,
  end: number,
  maxBytes: number,
): HeaderResult {
  if (end - start < FIXED) {
    const known = end - start > VERSION_COMMAND ? buf[start + VERSION_COMMAND]! : LOCAL;
    return known === LOCAL || known === PROXY ? PARTIAL : faulty('bad-version');
  }
  const command = buf[start + VERSION_COMMAND]!;
  if (command !== LOCAL && command !== PROXY) return faulty('bad-version');
  const consumed = FIXED + readU16(buf, start + LENGTH);
  if (consumed > maxBytes) return faulty('too-long');
  if (end - start < consumed) return PARTIAL;
  // Of a LOCAL one, the proxy's own connection, all that follows is to be ignored.
  if (command === LOCAL) return { status: 'complete', header: silentHeader(2), consumed };
  const header = blockOf(buf, start, start + consumed);
  return typeof header === 'string' ? faulty(header) : { status: 'complete', header, consumed };
}

function blockOf(buf: Uint8Array, start: number, end: number): ProxyHeader | HeaderFault {
  const family = buf[start + FAMILY]! >> 4;
  const protocol = buf[start + FAMILY]! & 0x0f;
  if (family > UNIX || protocol > DATAGRAM) return 'bad-family';
  const addressLength = ADDRESS_LENGTHS[family] ?? 0;
  const at = start + FIXED;
  if (at + addressLength > end) return 'bad-length';
  const header: { -readonly [K in keyof ProxyHeader]: ProxyHeader[K] } = silentHeader(2);
  // Addresses of what is no stream mean nothing here: those of the connection hold.
  if (family !== 0 && protocol === STREAM) {
    const [source, destination] = endpointsOf(buf, at, family);
    header.source = source;
    header.destination = destination;
  }
  // Behind UNSPEC there may be an address of a kind that nobody knows: no fields are looked for.
  if (family === 0) return header;
  return readFields(buf, start, at + addressLength, end, header) ?? header;
}

function endpointsOf(buf: Uint8Array, at: number, family: number): [Endpoint, Endpoint] {
  if (family === INET) {
    return [
      { address: formatIpv4(readU32(buf, at)), port: readU16(buf, at + 8) },
      { address: formatIpv4(readU32(buf, at + 4)), port: readU16(buf, at + 10) },
    ];
  }
  if (family === INET6) {
    return [
      { address: formatIpv6(buf, at), port: readU16(buf, at + 32) },
      { address: formatIpv6(buf, at + 16), port: readU16(buf, at + 34) },
    ];
  }
  return [
    { address: `unix:${pathOf(buf, at)}`, port: 0 },
    { address: `unix:${pathOf(buf, at + UNIX_PATH)}`, port: 0 },
  ];
}

/** A path up to its first NUL; what cannot be shown is escaped, so that it is harmless in any log. */
function pathOf(buf: Uint8Array, at: number): string {
  let end = at;
  while (end < at + UNIX_PATH && buf[end] !== 0) end++;
  return encodeURI(decodeUtf8(buf.subarray(at, end)));
}

/** Reads the fields; returns what is wrong with them. */
function readFields(
  buf: Uint8Array,
  start: number,
  first: number,
  end: number,
  header: { -readonly [K in keyof ProxyHeader]: ProxyHeader[K] },
): HeaderFault | null {
  for (let at = first; at < end; ) {
    if (at + 3 > end) return 'bad-length';
    const type = buf[at]!;
    const from = at + 3;
    const to = from + readU16(buf, at + 1);
    if (to > end) return 'bad-length';
    at = to;
    const value = buf.slice(from, to);
    switch (type) {
      case Field.ALPN:
        header.alpn = textOf(value);
        if (header.alpn === null) return 'bad-field';
        break;
      case Field.AUTHORITY:
        if (value.length > LONGEST_AUTHORITY) return 'bad-field';
        header.authority = textOf(value);
        if (header.authority === null) return 'bad-field';
        break;
      case Field.CRC32C:
        if (value.length !== 4) return 'bad-field';
        if (readU32(value, 0) !== crc32c(buf, start, end, from)) return 'bad-checksum';
        break;
      case Field.UNIQUE_ID:
        if (value.length > LONGEST_UNIQUE_ID) return 'bad-field';
        header.uniqueId = value;
        break;
      case Field.SSL:
        // One octet of flags, four of the outcome of verification, and fields that are not needed here.
        if (value.length < 5) return 'bad-field';
        header.secure = (value[0]! & CLIENT_SSL) !== 0;
        break;
    }
  }
  return null;
}

/** Text of which no line can be made where there was one; `null` for controls. */
function textOf(value: Uint8Array): string | null {
  const text = decodeUtf8(value);
  for (const octet of value) if (octet < 0x20 || octet === 0x7f) return null;
  return text;
}

/** Writes a header with its checksum; UNSPEC for ends that are not of one family. */
export function writeHeaderBlock(source: Endpoint, destination: Endpoint): Uint8Array {
  const from = parseIpOctets(source.address);
  const to = parseIpOctets(destination.address);
  const known = from !== null && to !== null && from.length === to.length;
  const addressLength = known ? 2 * from.length + 4 : 0;
  const family = !known ? 0 : from.length === 4 ? INET : INET6;
  const checkAt = FIXED + addressLength;
  const length = checkAt + (known ? 7 : 0);
  const block = new Uint8Array(length);
  block.set(SIGNATURE);
  block[VERSION_COMMAND] = PROXY;
  block[FAMILY] = known ? (family << 4) | STREAM : 0;
  writeU16(block, LENGTH, length - FIXED);
  if (!known) return block;
  block.set(from, FIXED);
  block.set(to, FIXED + from.length);
  writeU16(block, checkAt - 4, source.port);
  writeU16(block, checkAt - 2, destination.port);
  block[checkAt] = Field.CRC32C;
  writeU16(block, checkAt + 1, 4);
  writeU32(block, checkAt + 3, crc32c(block, 0, length, checkAt + 3));
  return block;
}

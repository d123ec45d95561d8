/**
 * Version 1 of the PROXY protocol: one line of text, `PROXY TCP4 source destination port port`.
 */

import { encodeUtf8, parseIpOctets } from '@netlayers/bytes';
import { type Endpoint, faulty, type HeaderResult, PARTIAL, silentHeader } from './proxy-header.js';

/** The longest line, its end included (2.1). */
export const LONGEST_LINE = 107;

const CR = 0x0d;
const LF = 0x0a;

/** Reads a line that begins with `PROXY ` at `start`. */
export function parseHeaderLine(buf: Uint8Array, start: number, end: number): HeaderResult {
  const until = Math.min(end, start + LONGEST_LINE);
  let text = '';
  for (let at = start; at < until; at++) {
    const octet = buf[at]!;
    if (octet === CR) {
      if (at + 1 === until) return until < start + LONGEST_LINE ? PARTIAL : faulty('too-long');
      return buf[at + 1] === LF ? lineOf(text, at + 2 - start) : faulty('bad-line');
    }
    if (octet < 0x20 || octet > 0x7e) return faulty('bad-line');
    text += String.fromCharCode(octet);
  }
  return until < start + LONGEST_LINE ? PARTIAL : faulty('too-long');
}

function lineOf(text: string, consumed: number): HeaderResult {
  const header = silentHeader(1);
  // What stands behind UNKNOWN is to be ignored.
  if (/^PROXY UNKNOWN(?: |$)/.test(text)) return { status: 'complete', header, consumed };
  const [, protocol, from = '', to = '', fromPort = '', toPort = '', more] = text.split(' ');
  const family = protocol === 'TCP4' ? 4 : protocol === 'TCP6' ? 6 : null;
  if (family === null || more !== undefined) return faulty('bad-line');
  if (familyOf(from) !== family || familyOf(to) !== family) return faulty('bad-line');
  if (!isPort(fromPort) || !isPort(toPort)) return faulty('bad-line');
  return {
    status: 'complete',
    header: {
      ...header,
      source: { address: from, port: Number(fromPort) },
      destination: { address: to, port: Number(toPort) },
    },
    consumed,
  };
}

/** Which family an address in text is of; `null` for what is none. */
function familyOf(text: string): 4 | 6 | null {
  const octets = parseIpOctets(text);
  return octets === null ? null : octets.length === 4 ? 4 : 6;
}

const isPort = (text: string): boolean => /^(0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65535;

/** Writes a line; `UNKNOWN` for ends that are not of one family. */
export function writeHeaderLine(source: Endpoint, destination: Endpoint): Uint8Array {
  const family = familyOf(source.address);
  if (family === null || family !== familyOf(destination.address)) {
    return encodeUtf8('PROXY UNKNOWN\r\n');
  }
  const addresses = `${source.address} ${destination.address}`;
  return encodeUtf8(`PROXY TCP${family} ${addresses} ${source.port} ${destination.port}\r\n`);
}

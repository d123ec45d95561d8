/**
 * The two keys of the opening handshake (RFC 6455, 1.3, 4.1 and 4.2.2): they prove nothing about
 * anybody, only that the other end understands WebSocket.
 */

import { encodeUtf8 } from '@netlayers/bytes';
import { sha1 } from '@noble/hashes/legacy.js';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

const base64 = (octets: Uint8Array): string => btoa(String.fromCharCode(...octets));

/** The `Sec-WebSocket-Accept` that answers a key. */
export const acceptOf = (key: string): string => base64(sha1(encodeUtf8(key + GUID)));

/** Makes a `Sec-WebSocket-Key`: sixteen random octets (4.1, 7). */
export function makeKey(random: () => number): string {
  const words = Uint32Array.from({ length: 4 }, random);
  return base64(new Uint8Array(words.buffer));
}

/** Whether a text is sixteen octets in base64; bits that the last character has to spare are let be. */
export const isKey = (text: string): boolean => /^[A-Za-z0-9+/]{22}==$/.test(text);

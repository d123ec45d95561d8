/**
 * What a Close frame says (RFC 6455, 5.5.1 and 7.1.5, 7.1.6): nothing, or a code and a reason.
 */

import { decodeUtf8, encodeUtf8, readU16, writeU16 } from '@netlayers/bytes';
import { CloseCode, isSendableCode } from '../base/close-codes.js';
import { type PeerFault, WebSocketError } from '../base/errors.js';
import { CONTROL_BYTES } from '../frame/opcode.js';
import { Utf8Check } from '../frame/utf8-check.js';

/** Octets of a reason. */
const REASON_BYTES = CONTROL_BYTES - 2;
const NOTHING = new Uint8Array(0);

/**
 * Writes the payload of a Close frame; without a code it is empty.
 *
 * @throws WebSocketError `invalid-argument` for a code that is never sent, a reason without a code, or
 *   one of more than 123 octets of UTF-8.
 */
export function closePayload(code: CloseCode | undefined, reason: string): Uint8Array {
  if (code === undefined) {
    if (reason === '') return NOTHING;
    throw new WebSocketError('invalid-argument', 'a reason to close needs a code in front of it');
  }
  if (!isSendableCode(code)) {
    throw new WebSocketError('invalid-argument', `not a code to close with: ${code}`);
  }
  const text = encodeUtf8(reason);
  if (text.length > REASON_BYTES) {
    throw new WebSocketError('invalid-argument', `a reason has at most ${REASON_BYTES} octets`);
  }
  const payload = new Uint8Array(2 + text.length);
  writeU16(payload, 0, code);
  payload.set(text, 2);
  return payload;
}

/**
 * Reads one that has come; a code of 1005 stands for none. What may not come is half a code, one that
 * is never sent, and a reason that is not UTF-8.
 */
export function readClosePayload(
  payload: Uint8Array,
): { readonly code: CloseCode; readonly reason: string } | PeerFault {
  if (payload.length === 0) return { code: CloseCode.NoStatus, reason: '' };
  if (payload.length === 1) return 'invalid-close-length';
  const code = readU16(payload, 0);
  if (!isSendableCode(code)) return 'invalid-close-code';
  const check = new Utf8Check();
  if (!check.accepts(payload, 2, payload.length) || !check.ends()) return 'invalid-utf8';
  return { code, reason: decodeUtf8(payload, 2) };
}

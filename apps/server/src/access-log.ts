/**
 * One line per answered request.
 */

import type { Colors } from '@netlayers/common';
import type { AccessRecord } from '@netlayers/server';

const UNPRINTABLE = /[^\x21-\x7e]/;

/** A target is the peer's text: what a terminal would obey is printed as a question mark. */
const printable = (text: string): string =>
  UNPRINTABLE.test(text) ? text.replace(/[^\x21-\x7e]/g, '?') : text;

/** One digit behind the point, at a fraction of what `toFixed` costs a busy server. */
function inTenths(value: number): string {
  const tenths = Math.round(value * 10);
  return `${Math.floor(tenths / 10)}.${tenths % 10}`;
}

function coloredStatus(status: number, colors: Colors): string {
  // 0: the peer left before there was a response.
  if (status === 0) return colors.dim('---');
  const text = String(status);
  if (status >= 500) return colors.red(text);
  if (status >= 400) return colors.yellow(text);
  return status >= 300 ? colors.cyan(text) : colors.green(text);
}

/** Formats a record: who, what, with which result, how many bytes in which time. */
export function formatAccess(record: AccessRecord, colors: Colors): string {
  const { method, target, status, bytes, durationMs, remoteAddress, remotePort } = record;
  const peer = colors.dim(`${remoteAddress}:${remotePort}`);
  const request = method === '' ? '(malformed request)' : `${method} ${printable(target)}`;
  const figures = colors.dim(`${bytes} bytes, ${inTenths(durationMs)} ms`);
  return `${peer} ${request} ${coloredStatus(status, colors)} ${figures}`;
}

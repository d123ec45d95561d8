/**
 * `Via` (RFC 9110, 7.6.3): each proxy that a message has passed, with the version it was received in.
 */

import { type Headers, listMembers } from '@netlayers/http';
import { append } from './forwarded.js';

/** How often a message may pass the same proxy before it is taken for one that runs in a circle. */
const MOST_PASSES = 10;

/** Adds this proxy. */
export const addVia = (headers: Headers, version: string, name: string): void =>
  append(headers, 'Via', `${version} ${name}`);

/** Whether a request has come by here too often to be on its way anywhere. */
export function runsInCircle(headers: Headers, name: string): boolean {
  const via = headers.get('via');
  if (via === null) return false;
  const passes = listMembers(via).filter((member) => member.split(/[ \t]+/)[1] === name);
  return passes.length >= MOST_PASSES;
}

/**
 * Fields that are about one connection and end at its other side (RFC 9110, 7.6.1): those that are
 * known to, and whatever `Connection` names.
 *
 * Who drops more than that says so: a proxy what is for it, a cache what is not to be replayed.
 */

import { listMembers } from '../grammar/tokens.js';
import type { Headers } from './headers.js';

/** Those that are known to be, in lower case; `HTTP2-Settings` by RFC 7540, 3.2.1. */
export const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** The fields of a message that end at this hop: a test of names in lower case. */
export function fieldsOfConnection(headers: Headers): (lower: string) => boolean {
  const connection = headers.get('connection');
  if (connection === null) return isAlwaysOfConnection;
  const named = listMembers(connection.toLowerCase());
  return (lower) => CONNECTION_FIELDS.has(lower) || named.includes(lower);
}

const isAlwaysOfConnection = (lower: string): boolean => CONNECTION_FIELDS.has(lower);

/**
 * The head of the response that is sent back.
 */

import { Headers, Response, type ResponseHead } from '@netlayers/http';
import { endToEnd } from './hop-by-hop.js';
import { addVia } from './via.js';

/** What of a response is looked at. */
export type ReceivedHead = Pick<
  ResponseHead,
  'status' | 'reason' | 'version' | 'headers' | 'bodyLength'
>;

/** Makes the head of a final response; its framing is ours, of the length that was read. */
export function responseFrom(head: ReceivedHead, method: string, name: string): Response {
  const headers = endToEnd(head.headers);
  addVia(headers, head.version, name);
  const length = lengthOf(head, method);
  if (length !== null) headers.set('Content-Length', length);
  return new Response(head.status, headers, head.reason);
}

/** Makes an interim response (RFC 9110, 15.2). */
export function interimFrom(head: ResponseHead, name: string): Response {
  const headers = endToEnd(head.headers);
  addVia(headers, head.version, name);
  return new Response(head.status, headers, head.reason);
}

/** Makes the 101 that is agreed to, with the protocol that the upstream has chosen. */
export function switchFrom(head: ReceivedHead, name: string): Response {
  const headers = new Headers(endToEnd(head.headers));
  headers.set('Upgrade', head.headers.get('upgrade') ?? '');
  addVia(headers, head.version, name);
  return new Response(101, headers, head.reason);
}

/** The length to declare; without content (HEAD, 304) the one that was said, if it is one. */
function lengthOf({ status, headers, bodyLength }: ReceivedHead, method: string): string | null {
  if (status === 204) return null;
  if (method !== 'HEAD' && status !== 304) return bodyLength >= 0 ? String(bodyLength) : null;
  if (headers.has('transfer-encoding')) return null;
  const [said = ''] = headers.getAll('content-length');
  return /^\d{1,15}$/.test(said) ? said : null;
}

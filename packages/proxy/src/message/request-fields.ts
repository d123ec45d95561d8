/**
 * The fields of the request that is sent on.
 */

import { type Headers, listHas, listMembers } from '@netlayers/http';
import type { ServerRequest } from '@netlayers/server';
import { addForwarded, type ForwardedFields } from './forwarded.js';
import { endToEnd } from './hop-by-hop.js';
import { addVia } from './via.js';

/** How requests are changed on their way. */
export interface RequestFieldsSettings {
  /** This proxy in `Via`. */
  readonly name: string;
  readonly forwarded: ForwardedFields;
  /** Whether the fields of a peer about its own clients are believed. */
  readonly trusted: (remoteAddress: string) => boolean;
  /** Protocols that a request may change to, in lower case. */
  readonly upgrades: ReadonlySet<string>;
}

/** Makes the fields, but for `Host`. */
export function requestFields(request: ServerRequest, settings: RequestFieldsSettings): Headers {
  const headers = endToEnd(request.headers);
  addForwarded(headers, request, settings.forwarded, settings.trusted(request.remoteAddress));
  addVia(headers, request.version, settings.name);
  // Trailers are passed on, so that they may be asked for (RFC 9110, 10.1.4).
  if (listHas(request.headers.get('te') ?? '', 'trailers')) headers.set('TE', 'trailers');
  const protocols = upgradesOf(request, settings.upgrades);
  if (protocols.length > 0) headers.set('Upgrade', protocols.join(', '));
  // As it was read: what the client has said of it in some other way is gone.
  if (request.bodyLength > 0) headers.set('Content-Length', String(request.bodyLength));
  return headers;
}

/**
 * The protocols that are offered on: those that are allowed, and none behind content (RFC 9110, 7.8).
 * Another HTTP among them would be a way past everything that stands around this proxy.
 */
function upgradesOf(request: ServerRequest, allowed: ReadonlySet<string>): string[] {
  if (!request.wantsSwitch || request.method === 'CONNECT' || request.hasBody) return [];
  const offered = listMembers(request.headers.get('upgrade') ?? '');
  return offered.filter((protocol) => allowed.has(protocol.toLowerCase()));
}

/** Whether the client waits for 100 (Continue) before it sends the content (RFC 9110, 10.1.1). */
export const expectsContinue = (request: ServerRequest): boolean =>
  request.hasBody &&
  request.version === '1.1' &&
  listHas(request.headers.get('expect') ?? '', '100-continue');

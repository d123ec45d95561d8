/**
 * The fields of the request that is sent on.
 */

import { type Headers, listHas } from '@netlayers/http';
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
}

/** Makes the fields, but for `Host`. */
export function requestFields(request: ServerRequest, settings: RequestFieldsSettings): Headers {
  const headers = endToEnd(request.headers);
  addForwarded(headers, request, settings.forwarded, settings.trusted(request.remoteAddress));
  addVia(headers, request.version, settings.name);
  // Trailers are passed on, so that they may be asked for (RFC 9110, 10.1.4).
  if (listHas(request.headers.get('te') ?? '', 'trailers')) headers.set('TE', 'trailers');
  if (wantsUpgrade(request)) headers.set('Upgrade', request.headers.get('upgrade') ?? '');
  // As it was read: what the client has said of it in some other way is gone.
  if (request.bodyLength > 0) headers.set('Content-Length', String(request.bodyLength));
  return headers;
}

/** Whether the request may leave HTTP: behind content nothing could (RFC 9110, 7.8). */
export const wantsUpgrade = (request: ServerRequest): boolean =>
  request.wantsSwitch && request.method !== 'CONNECT' && !request.hasBody;

/** Whether the client waits for 100 (Continue) before it sends the content (RFC 9110, 10.1.1). */
export const expectsContinue = (request: ServerRequest): boolean =>
  request.hasBody &&
  request.version === '1.1' &&
  listHas(request.headers.get('expect') ?? '', '100-continue');

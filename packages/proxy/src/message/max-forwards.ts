/**
 * `Max-Forwards` (RFC 9110, 7.6.2): how many proxies a TRACE or an OPTIONS may still pass. The one at
 * which it ends answers as if the request were its own.
 */

import { encodeUtf8 } from '@netlayers/bytes';
import { type Headers, Response } from '@netlayers/http';
import type { ServerRequest } from '@netlayers/server';

/** What a TRACE does not show to scripts that could not read it otherwise (RFC 9110, 9.3.8). */
const SECRETS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization']);

const ALLOW = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE';

/** The answer to a request that ends here; otherwise `null`, and one less in `headers`. */
export function endedHere(request: ServerRequest, headers: Headers): Response | null {
  const { method } = request;
  if (method !== 'TRACE' && method !== 'OPTIONS') return null;
  const value = request.headers.get('max-forwards');
  if (value === null || !/^\d{1,9}$/.test(value)) return null;
  const left = Number(value);
  if (left > 0) {
    headers.set('Max-Forwards', String(left - 1));
    return null;
  }
  return method === 'OPTIONS' ? new Response(204).header('Allow', ALLOW) : reflected(request);
}

function reflected(request: ServerRequest): Response {
  let text = `TRACE ${request.target} HTTP/${request.version}\r\n`;
  for (const [name, value] of request.headers) {
    if (!SECRETS.has(name.toLowerCase())) text += `${name}: ${value}\r\n`;
  }
  return new Response(200).header('Content-Type', 'message/http').body(encodeUtf8(`${text}\r\n`));
}

/**
 * The answers that are about no file: to methods, to names of folders, to what is not there.
 */

import { Response } from '@netlayers/http';
import { errorResponse, type ServerRequest } from '@netlayers/server';

const METHODS = 'GET, HEAD, OPTIONS';
/** How long a browser may remember the answer to a preflight, seconds. */
const PREFLIGHT_AGE = '600';

/** Answers any method but GET and HEAD (RFC 9110, 9.3.7 and 15.5.6). */
export function answerMethod(request: ServerRequest, cors: string | null): Response {
  if (request.method !== 'OPTIONS') return errorResponse(405).header('Allow', METHODS);
  const response = new Response(204).header('Allow', METHODS);
  const { headers } = request;
  if (cors === null || !headers.has('access-control-request-method')) return response;
  response
    .header('Access-Control-Allow-Methods', METHODS)
    .header('Access-Control-Max-Age', PREFLIGHT_AGE);
  const wanted = headers.get('access-control-request-headers');
  return wanted === null ? response : response.header('Access-Control-Allow-Headers', wanted);
}

/** 301 to the same path with a slash, so that relative links in the index work. */
export function redirectToFolder({ path, target }: ServerRequest): Response {
  const query = target.indexOf('?');
  // Never `//` in front, which would name another host (RFC 3986, 4.2). A path with an empty segment
  // is not looked up, but what is mounted elsewhere may be reached by one.
  const local = path.replace(/^[/\\]+/, '/');
  return Response.redirect(`${local}/${query < 0 ? '' : target.slice(query)}`, 301);
}

/** 503 for a system that has no descriptor left: it will have one when somebody is done. */
export const outOfFiles = (): Response =>
  errorResponse(503, 'too many files are open').header('Retry-After', '1');

/** 406 for a client that refuses the only encodings there are (RFC 9110, 15.5.7). */
export const notAcceptable = (): Response =>
  errorResponse(406, 'no content coding that this request accepts').header(
    'Vary',
    'Accept-Encoding',
  );

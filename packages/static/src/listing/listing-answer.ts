/**
 * The answer to a request for a folder that is listed: HTML, or JSON for who prefers it, with
 * a tag of its content for conditions (RFC 9110, 13). It has no date: what a file of it changes, its
 * size for one, is no change of the folder.
 */

import { createHash } from 'node:crypto';
import { addVary, Response } from '@netlayers/http';
import { errorResponse, type ServerRequest } from '@netlayers/server';
import { prefersJson } from '../request/media-range.js';
import { evaluate } from '../selection/preconditions.js';
import type { StaticSettings } from '../settings/static-options.js';
import { LISTING_POLICY, type ListingPlace, listingJson, listingPage } from './listing-page.js';
import { type FolderContents, readFolder } from './read-folder.js';

/** Answers with a listing; `null` where there is no folder that may be listed. */
export async function answerListing(
  request: ServerRequest,
  segments: readonly string[],
  settings: StaticSettings,
): Promise<Response | null> {
  const contents = await readFolder(segments, settings);
  if (contents === null) return null;
  const content = render(request, { mount: mountOf(request, segments), segments }, contents);
  const body = Buffer.from(content.text);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const verdict = evaluate(request.headers, { etag, modifiedMs: null }, settings.wallTime());
  if (verdict === 'failed') return errorResponse(412);
  const response = new Response(verdict === 'not-modified' ? 304 : 200, settings.fields)
    .header('ETag', etag)
    .header('Cache-Control', 'no-cache');
  addVary(response.headers, 'Accept');
  if (verdict === 'not-modified') return response;
  response.header('Content-Type', content.type).header('Content-Length', String(body.length));
  if (content.policy !== null) response.header('Content-Security-Policy', content.policy);
  return request.method === 'HEAD' ? response : response.body(body);
}

function render({ headers }: ServerRequest, place: ListingPlace, contents: FolderContents) {
  return prefersJson(headers.get('accept'))
    ? { type: 'application/json', text: listingJson(place, contents), policy: null }
    : {
        type: 'text/html; charset=utf-8',
        text: listingPage(place, contents),
        policy: LISTING_POLICY,
      };
}

/** What stands in front of the folder's own names in the path, decoded. */
function mountOf({ path }: ServerRequest, segments: readonly string[]): string {
  const parts = path.split('/');
  // The path begins and ends with a slash: an empty part at either end.
  const own = parts.slice(1, parts.length - 1 - segments.length);
  return `/${own.map((part) => `${decodeURIComponent(part)}/`).join('')}`;
}

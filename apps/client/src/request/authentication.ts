/**
 * Credentials for who asks for them (`--digest`, `--anyauth`): nothing is said before, and to other hosts
 * than those that were typed only where redirections are trusted.
 */

import { createHash } from 'node:crypto';
import {
  basicAuthentication,
  type ClientRequest,
  type ClientResponse,
  digestAuthentication,
  type Interceptor,
  type SendRequest,
} from '@netlayers/client';
import type { ClientCommand } from '../command/command.js';
import { credentialsFor } from './credentials.js';

type Asked = Pick<
  ClientCommand,
  'authentication' | 'transfers' | 'user' | 'netrcFile' | 'trustRedirects'
>;

const md5 = (octets: Uint8Array): Uint8Array => createHash('md5').update(octets).digest();

/** The layer that answers challenges. */
export function authenticating(command: Asked): Interceptor {
  const typed = new Set(
    command.transfers.filter(({ url }) => URL.canParse(url)).map(({ url }) => new URL(url).origin),
  );
  const known = new Map<string, Interceptor | null>();
  return async (request, next) => {
    const { origin } = request.url;
    if (!known.has(origin)) {
      const isMeant = typed.has(origin) || command.trustRedirects;
      known.set(origin, isMeant ? await answererFor(request.url, command) : null);
    }
    const answerer = known.get(origin) ?? null;
    return answerer === null ? next(request) : answerer(withoutCredentials(request), next);
  };
}

/** Those of a URL would be sent at once. */
function withoutCredentials(request: ClientRequest): ClientRequest {
  if (request.url.username === '' && request.url.password === '') return request;
  const url = new URL(request.url);
  url.username = '';
  url.password = '';
  return { ...request, url };
}

async function answererFor(url: URL, command: Asked): Promise<Interceptor | null> {
  const { user, netrcFile, authentication } = command;
  const named = await credentialsFor(url, user, netrcFile);
  const inUrl = [url.username, url.password].map(decoded).join(':');
  const text = named ?? (url.username === '' ? null : inUrl);
  if (text === null) return null;
  const [username = '', ...rest] = text.split(':');
  const credentials = { origin: url.origin, username, password: rest.join(':') };
  const digest = digestAuthentication({ ...credentials, md5 });
  return authentication === 'digest' ? digest : choosing(digest, basicAuthentication(credentials));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The safest of what the server names, by its first challenge. */
function choosing(digest: Interceptor, basic: Interceptor): Interceptor {
  let chosen: Interceptor | null = null;
  return async (request, next) => {
    if (chosen !== null || request.headers.has('authorization')) {
      return (chosen ?? passing)(request, next);
    }
    let asked: ClientResponse | null = await next(request);
    if (asked.status !== 401) return asked;
    const challenges = asked.headers.getAll('www-authenticate').join(', ');
    chosen = /\bdigest\s/i.test(challenges) ? digest : basic;
    // What has been asked need not be asked again.
    const onceMore: SendRequest = (again) => {
      const response = asked;
      asked = null;
      return response === null ? next(again) : Promise.resolve(response);
    };
    return chosen(request, onceMore);
  };
}

const passing: Interceptor = (request, next) => next(request);

/**
 * The answer to a challenge of Digest authentication (RFC 7616, 3.4).
 */

import { quoteString } from '@netlayers/http';
import { ClientError } from '../base/errors.js';
import { targetOf } from '../base/origin.js';
import type { ClientRequest } from '../options/interceptor.js';
import { type Credentials, utf8Octets } from './credentials.js';

/** A challenge that can be answered, and how often it was. */
export interface Session {
  readonly algorithm: string;
  readonly hash: (text: string) => Promise<string>;
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | null;
  readonly hasQop: boolean;
  readonly userhash: boolean;
  count: number;
}

/** The value of `Authorization` (3.4). */
export async function answerTo(
  session: Session,
  request: ClientRequest,
  credentials: Credentials,
  cnonce: string,
): Promise<string> {
  const { algorithm, hash, realm, nonce, opaque, hasQop, userhash } = session;
  const [username, password] = [credentials.username, credentials.password].map(utf8Octets);
  // Counted before anything is waited for: no number is given twice.
  const count = (++session.count).toString(16).padStart(8, '0');
  const uri = request.target ?? targetOf(request.url);
  let a1 = await hash(`${username}:${realm}:${password}`);
  if (/-sess$/i.test(algorithm)) a1 = await hash(`${a1}:${nonce}:${cnonce}`);
  const a2 = await hash(`${request.method}:${uri}`);
  const middle = hasQop ? `${nonce}:${count}:${cnonce}:auth` : nonce;
  const name = userhash ? await hash(`${username}:${realm}`) : (username ?? '');
  const parts = [
    nameOf(name, credentials),
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(uri)}`,
    `algorithm=${algorithm}`,
    `response=${quoted(await hash(`${a1}:${middle}:${a2}`))}`,
  ];
  if (hasQop) parts.push('qop=auth', `nc=${count}`, `cnonce=${quoted(cnonce)}`);
  if (opaque !== null) parts.push(`opaque=${quoted(opaque)}`);
  if (userhash) parts.push('userhash=true');
  return `Digest ${parts.join(', ')}`;
}

/** A name of other than ascii is spelled so that nobody mistakes it (RFC 8187, 3.2). */
const nameOf = (name: string, { username }: Credentials): string =>
  /[^ -~]/.test(name)
    ? `username*=UTF-8''${encodeURIComponent(username)}`
    : `username=${quoted(name)}`;

function quoted(text: string): string {
  if (/[\r\n\0]/.test(text)) {
    throw new ClientError('invalid-argument', 'a name with a line end cannot be sent');
  }
  return quoteString(text);
}

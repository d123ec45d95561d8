/**
 * What is said to a proxy of SOCKS 5 before it is a connection (RFC 1928), with a name and a password
 * where it asks for them (RFC 1929). Names are the proxy's to resolve.
 */

import { parseIpOctets } from '@netlayers/bytes';
import { ClientError } from '../base/errors.js';
import type { ProxyServer } from './proxy-url.js';
import type { StreamDialogue } from './stream-dialogue.js';

const VERSION = 5;
const NO_AUTHENTICATION = 0;
const PASSWORD = 2;
const CONNECT = 1;
const IPV4 = 1;
const NAME = 3;
const IPV6 = 4;

/** What a reply says other than success (RFC 1928, 6), with the codes of transports. */
const REPLIES: readonly (readonly [code: string, text: string])[] = [
  ['proxy-failed', 'general failure'],
  ['proxy-refused', 'its rules do not allow it'],
  ['ENETUNREACH', 'it has no route to the network'],
  ['EHOSTUNREACH', 'it has no route to the host'],
  ['ECONNREFUSED', 'the host refuses the connection'],
  ['ETIMEDOUT', 'no answer in time'],
  ['proxy-failed', 'it does not know how to connect'],
  ['proxy-failed', 'it does not know this kind of address'],
];

/**
 * Asks for a connection.
 *
 * @throws ClientError `proxy-authentication`, `proxy-refused`, `proxy-failed`, or the code of why the
 *   proxy cannot connect.
 */
export async function askSocks5(
  dialogue: StreamDialogue,
  proxy: ProxyServer,
  to: { readonly host: string; readonly port: number },
): Promise<void> {
  const { place, username, password } = proxy;
  const hasCredentials = username !== '' || password !== '';
  const methods = hasCredentials ? [NO_AUTHENTICATION, PASSWORD] : [NO_AUTHENTICATION];
  dialogue.say(Uint8Array.of(VERSION, methods.length, ...methods));
  const [version, method = 0xff] = await dialogue.hear(2);
  if (version !== VERSION) {
    throw new ClientError('proxy-failed', `${place}: this is no proxy of SOCKS 5: check the port`);
  }
  if (!methods.includes(method)) {
    const text = `${place}: the proxy wants to know who asks: put user:password@ into its URL`;
    throw new ClientError('proxy-authentication', text);
  }
  if (method === PASSWORD) await sayWho(dialogue, proxy);
  const port = [to.port >> 8, to.port & 0xff];
  dialogue.say(Uint8Array.of(VERSION, CONNECT, 0, ...addressOf(to.host), ...port));
  const [, reply = 1, , kind] = await dialogue.hear(4);
  if (reply !== 0) {
    const [code, why] = REPLIES[reply - 1] ?? ['proxy-failed', `reply ${reply}`];
    throw new ClientError(code, `the proxy ${place} cannot connect to ${to.host}: ${why}`);
  }
  // Where it is bound to, which is of no use here.
  const length = kind === IPV4 ? 4 : kind === IPV6 ? 16 : ((await dialogue.hear(1))[0] ?? 0);
  await dialogue.hear(length + 2);
}

async function sayWho(dialogue: StreamDialogue, proxy: ProxyServer): Promise<void> {
  const { place, username, password } = proxy;
  dialogue.say(Uint8Array.of(1, ...counted(username, 'user'), ...counted(password, 'password')));
  const [, status] = await dialogue.hear(2);
  if (status === 0) return;
  const text = `${place}: the proxy refuses user and password: check both`;
  throw new ClientError('proxy-authentication', text);
}

/** The octets of a text that says one each, behind their number. */
function counted(text: string, what: string): number[] {
  if (text.length > 255) {
    throw new ClientError('invalid-argument', `the ${what} is too long for SOCKS: 255 bytes`);
  }
  return [text.length, ...Array.from(text, (character) => character.charCodeAt(0) & 0xff)];
}

/** A host as SOCKS says it (RFC 1928, 5). */
function addressOf(host: string): number[] {
  const octets = parseIpOctets(host);
  if (octets === null) return [NAME, ...counted(host, 'name')];
  return [octets.length === 4 ? IPV4 : IPV6, ...octets];
}

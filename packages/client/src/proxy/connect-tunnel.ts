/**
 * Asks a proxy of HTTP for a tunnel (RFC 9110, 9.3.6): after success the connection is one to the
 * origin, and nothing that was said to the proxy reaches that.
 */

import { Request } from '@netlayers/http';
import { ClientError } from '../base/errors.js';
import type { ProxyServer } from './proxy-url.js';
import type { StreamDialogue } from './stream-dialogue.js';

/** More octets of a head than this are none. */
const MOST_HEAD = 0x1_0000;

/**
 * Asks for a tunnel.
 *
 * @throws ClientError `proxy-authentication` after 407, `proxy-refused` after another status,
 *   `proxy-failed` for what is no answer.
 */
export async function askTunnel(
  dialogue: StreamDialogue,
  proxy: ProxyServer,
  to: { readonly host: string; readonly port: number },
): Promise<void> {
  const { place, authorization } = proxy;
  const host = to.host.includes(':') ? `[${to.host}]` : to.host;
  const authority = `${host}:${to.port}`;
  const request = new Request('CONNECT', authority, { Host: authority, 'User-Agent': 'netlayers' });
  if (authorization !== null) request.header('Proxy-Authorization', authorization);
  dialogue.say(request.serialize());
  for (;;) {
    const status = statusOf(await hearHead(dialogue, place), place);
    if (status < 200) continue;
    if (status < 300) return;
    const isUnknown = status === 407;
    const why = isUnknown
      ? 'it wants to know who asks: check user and password in its URL'
      : `it answers ${status}`;
    throw new ClientError(
      isUnknown ? 'proxy-authentication' : 'proxy-refused',
      `the proxy ${place} makes no tunnel to ${authority}: ${why}`,
    );
  }
}

/** A head, octet by octet: what follows it is not ours. */
async function hearHead(dialogue: StreamDialogue, place: string): Promise<string> {
  let head = '';
  while (!head.endsWith('\r\n\r\n')) {
    head += String.fromCharCode((await dialogue.hear(1))[0] ?? 0);
    if (head.length > MOST_HEAD) throw new ClientError('proxy-failed', `${place}: ${NO_ANSWER}`);
  }
  return head;
}

const NO_ANSWER = 'the answer is not valid HTTP/1.1: check that a proxy listens there';

function statusOf(head: string, place: string): number {
  const status = /^HTTP\/1\.[01] ([1-5]\d\d)(?: [^\r\n]*)?\r\n/.exec(head)?.[1];
  if (status === undefined) throw new ClientError('proxy-failed', `${place}: ${NO_ANSWER}`);
  return Number(status);
}

/**
 * The head of a request of HTTP/2 (RFC 9113, 8.3.1) as the head that handlers know from HTTP/1.1: the
 * authority is its Host, cookies are one field again.
 *
 * Order, repetition and spelling of fields, and the fields of a connection, which may not be there, have
 * been checked by nghttp2 (8.2, 8.3); what it does not look into is checked here.
 */

import { randomBytes } from 'node:crypto';
import {
  Headers,
  HttpProtocolError,
  isHost,
  listHas,
  PARSE_ERRORS,
  type ParseErrorCode,
  parseTarget,
  type RequestHead,
  UNKNOWN_LENGTH,
} from '@netlayers/http';
import { sizeOfFields } from './h2-fields.js';

/** A request as it was received. */
export interface H2Request {
  readonly head: RequestHead;
  readonly scheme: string;
  /** The protocol of an extended CONNECT (RFC 8441, 4), as `websocket`; `null` for any other request. */
  readonly protocol: string | null;
}

const fault = (code: ParseErrorCode): HttpProtocolError => {
  const { statusCode, reason } = PARSE_ERRORS[code];
  return new HttpProtocolError('remote', statusCode, code, reason);
};

/**
 * Reads a head.
 *
 * @param raw names and values by turns, in their order.
 * @param isWhole whether no content follows.
 * @param maxSize the most that the fields may be: Node holds a client to it who has acknowledged it.
 */
export function requestOf(
  raw: readonly string[],
  isWhole: boolean,
  maxSize: number,
): H2Request | HttpProtocolError {
  if (sizeOfFields(raw) > maxSize) return fault('header-section-too-large');
  const pseudo = new Map<string, string>();
  const headers = new Headers();
  const cookies: string[] = [];
  try {
    for (let at = 0; at < raw.length; at += 2) {
      const [name, value] = [raw[at] as string, raw[at + 1] as string];
      if (name.startsWith(':')) pseudo.set(name, value);
      else if (name === 'cookie') cookies.push(value);
      else headers.append(name, value);
    }
    // RFC 9113, 8.2.3
    if (cookies.length > 0) headers.append('cookie', cookies.join('; '));
  } catch (error) {
    const isName = (error as HttpProtocolError).code === 'invalid-header-name';
    return fault(isName ? 'bad-field-name' : 'bad-field-value');
  }
  return faultOfHost(headers, pseudo.get(':authority')) ?? completed(pseudo, headers, isWhole);
}

/** RFC 9113, 8.3.1: the authority stands for Host; two that differ are an error. */
function faultOfHost(headers: Headers, authority: string | undefined): HttpProtocolError | null {
  const hosts = headers.getAll('host');
  const [host] = hosts;
  if (hosts.length > 1) return fault('duplicate-host');
  const isOther = authority !== undefined && host !== undefined;
  if (isOther && host.toLowerCase() !== authority.toLowerCase()) return fault('bad-host');
  const name = authority ?? host;
  if (name === undefined) return fault('missing-host');
  if (!isHost(name)) return fault('bad-host');
  headers.set('host', name);
  return null;
}

function completed(
  pseudo: ReadonlyMap<string, string>,
  headers: Headers,
  isWhole: boolean,
): H2Request | HttpProtocolError {
  const asked = pseudo.get(':method') ?? '';
  const protocol = pseudo.get(':protocol') ?? null;
  const method = protocol === null ? asked : 'GET';
  const target = method === 'CONNECT' ? pseudo.get(':authority') : pseudo.get(':path');
  if (target === undefined || parseTarget(method, target) === null) return fault('bad-target');
  // An absolute target would be a second authority.
  if (method !== 'CONNECT' && target !== '*' && !target.startsWith('/')) return fault('bad-target');
  const wantsSwitch = asked === 'CONNECT';
  if (protocol !== null) asUpgrade(headers, protocol);
  const declared = headers.get('content-length');
  const length = declared === null ? UNKNOWN_LENGTH : Number(declared);
  // What follows a CONNECT is no content (RFC 9110, 9.3.6).
  const bodyLength = isWhole || wantsSwitch ? 0 : length;
  const head: RequestHead = {
    method,
    target,
    version: '2.0',
    headers,
    bodyLength,
    keepAlive: true,
    expectsContinue: bodyLength !== 0 && listHas(headers.get('expect') ?? '', '100-continue'),
    wantsSwitch,
  };
  return { head, scheme: pseudo.get(':scheme') ?? '', protocol };
}

/** RFC 8441, 5: what asks for a protocol here is the `Upgrade` of HTTP/1.1, and a key is not needed. */
function asUpgrade(headers: Headers, protocol: string): void {
  headers.set('connection', 'Upgrade');
  headers.set('upgrade', protocol);
  if (protocol.toLowerCase() !== 'websocket') return;
  headers.set('sec-websocket-key', randomBytes(16).toString('base64'));
}

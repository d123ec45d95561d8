/**
 * The four forms of a request target (RFC 9112, 3.2) and what they consist of.
 *
 * Percent-encoding is neither checked nor decoded here, and dot segments stay: what a path means
 * is the business of whoever serves it.
 */

import { CLASS, DIGIT, HEX, HOST, isAll, TARGET } from './tokens.js';

/** A request target in its parts. */
export interface RequestTarget {
  readonly form: 'origin' | 'absolute' | 'authority' | 'asterisk';
  /** Lower case and without its colon; empty but in absolute-form. */
  readonly scheme: string;
  /** `host[:port]` as given; empty but in absolute-form and authority-form. */
  readonly authority: string;
  /** As given, not decoded; `/` for an empty one in absolute-form, empty in the last two forms. */
  readonly path: string;
  /** Behind the question mark, not decoded; `null` without a question mark. */
  readonly query: string | null;
}

/** Takes a target apart; `null` if it is not one that suits the method. */
export function parseTarget(method: string, target: string): RequestTarget | null {
  if (target === '' || !isAll(target, TARGET)) return null;
  if (method === 'CONNECT') {
    return isHostAndPort(target)
      ? { form: 'authority', scheme: '', authority: target, path: '', query: null }
      : null;
  }
  if (target === '*') {
    return method === 'OPTIONS'
      ? { form: 'asterisk', scheme: '', authority: '', path: '', query: null }
      : null;
  }
  if (target.charCodeAt(0) === 0x2f) {
    const mark = target.indexOf('?');
    return mark < 0
      ? { form: 'origin', scheme: '', authority: '', path: target, query: null }
      : {
          form: 'origin',
          scheme: '',
          authority: '',
          path: target.slice(0, mark),
          query: target.slice(mark + 1),
        };
  }
  return parseAbsolute(target);
}

/**
 * `absolute-URI` of RFC 3986, 4.3, with an authority: without one there is no server to ask, and
 * `host:port` would pass for a scheme and a path.
 */
function parseAbsolute(target: string): RequestTarget | null {
  const parts = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?]*)([^?]*)(?:\?(.*))?$/.exec(target);
  if (parts === null) return null;
  const [, scheme = '', authority = '', path = '', query] = parts;
  // RFC 9110, 4.2.1 and 4.2.4: no http URI without a host, and user information is an error.
  if (authority === '' || authority.startsWith(':') || !isHost(authority)) return null;
  return {
    form: 'absolute',
    scheme: scheme.toLowerCase(),
    authority,
    path: path === '' ? '/' : path,
    query: query ?? null,
  };
}

/**
 * Tells whether text is `uri-host [ ":" port ]`, as a Host field and an authority have it
 * (RFC 9110, 7.2): a name, an IPv4 address or a bracketed literal, with a port up to 65535. Empty
 * text is valid: a target without an authority has an empty Host.
 */
export function isHost(text: string, start = 0, end = text.length): boolean {
  let at = start;
  if (text.charCodeAt(at) === 0x5b) {
    const close = text.indexOf(']', at);
    if (close < 0 || close >= end || !isIpLiteral(text.slice(at + 1, close))) return false;
    at = close + 1;
  } else {
    for (; at < end; at++) {
      const unit = text.charCodeAt(at);
      if ((CLASS[unit]! & HOST) === 0) break;
      if (unit === 0x25) {
        if (at + 2 >= end || !isAll(text, HEX, at + 1, at + 3)) return false;
        at += 2;
      }
    }
  }
  return at === end || (text.charCodeAt(at) === 0x3a && isPort(text, at + 1, end));
}

/** `port = *DIGIT`, empty or one that exists. */
function isPort(text: string, start: number, end: number): boolean {
  if (end - start > 5 || !isAll(text, DIGIT, start, end)) return false;
  return start === end || Number(text.slice(start, end)) <= 65535;
}

/** What CONNECT asks of its target: a host and a port, both there (RFC 9110, 9.3.6). */
function isHostAndPort(text: string): boolean {
  const colon = text.lastIndexOf(':');
  return colon > 0 && colon < text.length - 1 && isHost(text) && Number(text.slice(colon + 1)) > 0;
}

/** `IPv6address` in outline, or `IPvFuture`. A zone is not part of a URI's host (RFC 9110, 7.2). */
function isIpLiteral(text: string): boolean {
  if (/^v[0-9A-Fa-f]+\.[A-Za-z0-9\-._~!$&'()*+,;=:]+$/i.test(text)) return true;
  const dotted = /^(.*:)(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (dotted !== null) {
    if (dotted.slice(2).some((part) => Number(part) > 255 || (part.length > 1 && part[0] === '0')))
      return false;
    return isIpLiteral(`${dotted[1]}0:0`);
  }
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return false;
  return halves.length === 2 ? groups.length <= 7 : groups.length === 8;
}

/**
 * The proxies that an environment names, by the rules of curl: `http_proxy`, `https_proxy`,
 * `all_proxy`, and `no_proxy` for who is asked without one.
 *
 * `HTTP_PROXY` in capitals is not looked at: in a CGI program it is what a client has sent as `Proxy`.
 */

import type { ProxyRule } from './proxy-url.js';

/**
 * Makes a rule of an environment, `process.env` for one.
 *
 * `no_proxy` is a list of names and addresses with or without a port: each stands for itself and what
 * is under it (`b.test` for `a.b.test`), `10.0.0.0/8` for a range of IPv4, `*` for everything.
 */
export function proxyFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): ProxyRule {
  const read = (name: string): string | null => {
    const value = environment[name] || environment[name.toUpperCase()];
    return value === undefined || value === '' ? null : value;
  };
  const all = read('all_proxy');
  const http = environment.http_proxy || all;
  const https = read('https_proxy') ?? all;
  const exceptions = (read('no_proxy') ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  return (url) => {
    const proxy = url.protocol === 'https:' ? https : http;
    if (!proxy || exceptions.some((entry) => isMeant(entry, url))) return null;
    return proxy;
  };
}

/** Whether an entry of `no_proxy` stands for the host of a URL. */
function isMeant(entry: string, url: URL): boolean {
  if (entry === '*') return true;
  const host = url.hostname.replace(/^\[|\]$|\.$/g, '');
  const [, bracketed, plain = '', port] =
    /^(?:\[([^\]]*)\]|([^:]*|.*:.*:.*))(?::(\d+))?$/.exec(entry) ?? [];
  const ownPort = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  if (port !== undefined && port !== ownPort) return false;
  const name = (bracketed ?? plain).replace(/^\*?\./, '').replace(/\.$/, '');
  const [range = '', bits] = name.split('/');
  const address = ipv4Of(host);
  if (bits !== undefined) {
    const base = ipv4Of(range);
    if (base === null || address === null || !/^\d+$/.test(bits) || Number(bits) > 32) return false;
    const size = 2 ** (32 - Number(bits));
    return Math.floor(base / size) === Math.floor(address / size);
  }
  if (name === '') return false;
  return host === name || (address === null && host.endsWith(`.${name}`));
}

/** An IPv4 address as a number; `null` for what is none. */
function ipv4Of(text: string): number | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part))) return null;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

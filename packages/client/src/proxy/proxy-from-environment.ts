/**
 * The proxies that an environment names, by the rules of curl: `http_proxy`, `https_proxy`,
 * `all_proxy`, and `no_proxy` for who is asked without one.
 *
 * `HTTP_PROXY` in capitals is not looked at: in a CGI program it is what a client has sent as `Proxy`.
 */

import { parseIpv4, parseIpv4Cidr } from '@netlayers/bytes';
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
  const address = parseIpv4(host);
  if (name.includes('/')) {
    const range = parseIpv4Cidr(name);
    if (range === null || address === null) return false;
    const size = 2 ** (32 - range.prefixLength);
    return Math.floor(range.address / size) === Math.floor(address / size);
  }
  if (name === '') return false;
  return host === name || (address === null && host.endsWith(`.${name}`));
}

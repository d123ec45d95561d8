/**
 * Options of curl that this command does not have, each with what to use instead. Whoever types one
 * learns more from that than from "no such option".
 */

import { UsageError } from '@netlayers/common';

const CURL = 'use curl for that';

const REFUSED: Readonly<Record<string, string>> = {
  'http1.0': 'HTTP/2 and HTTP/1.1 are spoken here: leave it out, or use curl -0',
  http3: 'HTTP/2 and HTTP/1.1 are spoken here: leave it out, or use curl --http3',
  ntlm: `only Basic and Digest are known (--anyauth): ${CURL}`,
  negotiate: `only Basic and Digest are known (--anyauth): ${CURL}`,
  'aws-sigv4': `signatures are not made here: ${CURL}`,
  socks4: `of SOCKS version 5 alone is spoken (-x socks5://HOST:PORT): ${CURL}`,
  socks4a: `of SOCKS version 5 alone is spoken (-x socks5://HOST:PORT): ${CURL}`,
  socks5: 'use -x socks5://HOST:PORT',
  'socks5-hostname': 'use -x socks5h://HOST:PORT',
  proxytunnel: `https goes through a tunnel unasked, http without one: ${CURL}`,
  'unix-socket': `only TCP carries this command: ${CURL}`,
  interface: `the system chooses the interface; --tun-ip gives our own TCP an address: ${CURL}`,
  'local-port': `the port is chosen freely: ${CURL}`,
  'trace-ascii': 'use --trace 2> FILE',
  'trace-time': 'use --trace, which tells times at the end',
  'path-as-is': 'use --request-target PATH',
  raw: 'content is always taken out of its chunks; what is compressed stays so without --compressed',
  'doh-url': `names are found by the system: use --resolve HOST:PORT:ADDRESS, or curl`,
  post301: 'after 301, 302 and 303 a POST becomes a GET: use -L and -X, or curl',
  post302: 'after 301, 302 and 303 a POST becomes a GET: use -L and -X, or curl',
  post303: 'after 301, 302 and 303 a POST becomes a GET: use -L and -X, or curl',
  capath: 'use --cacert FILE',
  ciphers: `Node chooses the ciphers: ${CURL}`,
  pinnedpubkey: 'use --cacert FILE',
  'ftp-pasv': 'only http and https are spoken here: use curl',
  next: 'all URLs share the options: run the command twice',
  'proxy-insecure': `proxies of https are not spoken: ${CURL}`,
};

const LETTERS: Readonly<Record<string, string>> = { '0': 'http1.0', ':': 'next' };

/**
 * Refuses what is known and not there.
 *
 * @param values positions of arguments that are values of others.
 * @throws UsageError
 */
export function refuseKnown(args: readonly string[]): void {
  for (const arg of args) {
    if (arg === '--') return;
    const name = arg.startsWith('--') ? arg.slice(2).replace(/=.*$/s, '') : LETTERS[arg.slice(1)];
    if (name === undefined || !arg.startsWith('-') || !Object.hasOwn(REFUSED, name)) continue;
    const typed = arg.startsWith('--') ? `--${name}` : arg;
    throw new UsageError(`${typed} is not here: ${REFUSED[name]}`);
  }
}

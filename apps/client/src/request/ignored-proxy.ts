/**
 * A proxy that the environment asks for and that is not used: whoever relies on it has to know.
 */

import type { ClientCommand } from '../command/command.js';

/** What stands in a list of hosts that need no proxy. */
function isListed(host: string, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .map((name) => name.toLowerCase().replace(/^\./, ''))
    .some((name) => name === '*' || (name !== '' && (host === name || host.endsWith(`.${name}`))));
}

/**
 * What to tell of the variables of the environment, or `null`. As in curl, `HTTP_PROXY` in capitals
 * counts for nothing: a server would set it from what a client sends.
 */
export function ignoredProxy(
  environment: Readonly<Record<string, string | undefined>>,
  { transfers, noProxy }: Pick<ClientCommand, 'transfers' | 'noProxy'>,
): string | null {
  const name = ['http_proxy', 'all_proxy', 'ALL_PROXY'].find((name) => environment[name]);
  if (name === undefined) return null;
  const list = noProxy ?? environment.no_proxy ?? environment.NO_PROXY ?? '';
  const isMeant = transfers.some(
    ({ url }) => URL.canParse(url) && !isListed(new URL(url).hostname.toLowerCase(), list),
  );
  if (!isMeant) return null;
  return `${name} is set and not used, proxies are not spoken here: use curl, or --noproxy '*' if that is right`;
}

/**
 * Which proxy a URL is asked for through: that of `-x`, or what the environment says.
 */

import { type ProxyRule, proxyFromEnvironment } from '@netlayers/client';
import type { ClientCommand } from '../command/command.js';

/** Makes the rule of a command. */
export function proxyRule(
  environment: Readonly<Record<string, string | undefined>>,
  { proxy, noProxy }: Pick<ClientCommand, 'proxy' | 'noProxy'>,
): ProxyRule {
  const exceptions = noProxy === null ? {} : { no_proxy: noProxy, NO_PROXY: '' };
  const named = proxy === null ? environment : { http_proxy: proxy, all_proxy: proxy };
  const inherited = { no_proxy: environment.no_proxy ?? environment.NO_PROXY };
  return proxyFromEnvironment({ ...named, ...inherited, ...exceptions });
}

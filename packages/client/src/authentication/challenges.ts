/**
 * What a server wants to know (RFC 9110, 11.6.1): challenges, each a scheme with parameters, several in
 * one field or in several.
 */

import { type Headers, unquoteString } from '@netlayers/http';

/** A challenge; names in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** A parameter, or else the token of a scheme, or what separates them. */
const PART =
  /([\w!#$%&'*+.^`|~-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([\w!#$%&'*+.^`|~-]+))|([\w!#$%&'*+.^`|~-]+)|[^\w]/g;

/** Challenges beyond these are not looked at. */
const MOST_CHALLENGES = 16;

/** The challenges of a response, in order. */
export function challengesOf(headers: Headers): Challenge[] {
  const found: { scheme: string; parameters: Map<string, string> }[] = [];
  for (const line of headers.getAll('www-authenticate')) {
    for (const [, name, quoted, plain, scheme] of line.matchAll(PART)) {
      if (scheme !== undefined) {
        found.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
      } else if (name !== undefined) {
        const value = quoted === undefined ? (plain ?? '') : unquoteString(quoted);
        const { parameters } = found.at(-1) ?? {};
        if (!parameters?.has(name.toLowerCase())) parameters?.set(name.toLowerCase(), value);
      }
    }
  }
  return found.slice(0, MOST_CHALLENGES);
}

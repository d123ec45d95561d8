/**
 * JSON for people: indented, coloured, every number and text as it came. What is not JSON, or is too
 * much of it, is left as it is.
 */

import type { Colors } from '@netlayers/common';

/** Text beyond this is not rearranged, bytes. */
export const MOST_JSON = 0x10_0000;

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** Whether a media type is one of JSON. */
export const isJsonType = (type: string | null): boolean =>
  /^(application|text)\/([\w.+-]+\+)?json\b/i.test(type ?? '');

function coloured(token: string, isName: boolean, colors: Colors): string {
  if (token.startsWith('"')) return isName ? colors.blue(token) : colors.green(token);
  if (token === 'true' || token === 'false' || token === 'null') return colors.magenta(token);
  return colors.cyan(token);
}

/** Arranges JSON; `null` for what is none. */
export function prettyJson(text: string, colors: Colors): string | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const tokens = text.match(TOKEN) ?? [];
  let depth = 0;
  let out = '';
  const line = (): string => `\n${'  '.repeat(depth)}`;
  for (const [at, token] of tokens.entries()) {
    const next = tokens[at + 1];
    if (token === '{' || token === '[') {
      depth++;
      out += token + (next === '}' || next === ']' ? '' : line());
    } else if (token === '}' || token === ']') {
      depth--;
      const before = tokens[at - 1];
      out += (before === '{' || before === '[' ? '' : line()) + token;
    } else if (token === ',') out += `,${line()}`;
    else if (token === ':') out += ': ';
    else out += coloured(token, next === ':', colors);
  }
  return `${out}\n`;
}

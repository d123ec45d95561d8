/**
 * The request of one attempt: the URL with what goes into it, and the fields.
 */

import { readFileSync, statSync } from 'node:fs';
import type { ClientCommand, Field, TransferSpec } from '../command/command.js';
import { CommandError, ExitCode } from '../exit-code.js';
import { joinParts, type SendContent } from './content.js';
import { basicField, credentialsFor } from './credentials.js';

/** What is the same in all attempts. */
export interface Prepared {
  readonly url: string;
  /** Fields before those of `-H`. */
  readonly fields: readonly Field[];
}

/** Puts parameters at the end of the query. */
function withQuery(url: string, query: string): string {
  if (query === '') return url;
  const [, place = url, fragment = ''] = /^([^#]*)(#.*)?$/s.exec(url) ?? [];
  const mark = !place.includes('?') ? '?' : /[?&]$/.test(place) ? '' : '&';
  // A host without a path has one now.
  const whole = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*$/i.test(place) ? `${place}/` : place;
  return `${whole}${mark}${query}${fragment}`;
}

/** `-z`: a date, or the time of a file; a minus in front of it turns it round. */
function timeField(condition: string): Field {
  const older = condition.startsWith('-');
  const text = condition.replace(/^[-+=]/, '');
  let time = Date.parse(/^\d{8}$/.test(text) ? text.replace(/(....)(..)(..)/, '$1-$2-$3') : text);
  const stats = statSync(text, { throwIfNoEntry: false });
  if (stats !== undefined) time = stats.mtimeMs;
  if (Number.isNaN(time)) {
    throw new CommandError(ExitCode.USAGE, `-z takes a date or a file, not ${text}`);
  }
  return [older ? 'If-Unmodified-Since' : 'If-Modified-Since', new Date(time).toUTCString()];
}

/** `-b` without `=` is a file. */
export const isCookieText = (cookies: string): boolean => cookies.includes('=');

/**
 * What all attempts of a transfer have in common.
 *
 * @throws CommandError
 */
export async function prepare(command: ClientCommand, spec: TransferSpec): Promise<Prepared> {
  const { content, dataInUrl, query } = command;
  const parts = [...query, ...(dataInUrl && content.kind === 'data' ? content.parts : [])];
  const url = withQuery(spec.url, (await joinParts(parts, '&')).toString('latin1'));
  const fields: Field[] = [];
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const isSaid = command.authentication === 'basic';
  if (isSaid && parsed !== null && (command.user !== null || parsed.username === '')) {
    const credentials = await credentialsFor(parsed, command.user, command.netrcFile);
    if (credentials !== null) fields.push(basicField(credentials));
  }
  if (command.range !== null) fields.push(['Range', `bytes=${command.range}`]);
  if (command.timeCondition !== null) fields.push(timeField(command.timeCondition));
  return { url, fields };
}

/**
 * All fields of an attempt: defaults, those of the content, those of `-H`, of which a line stands in
 * place of all before it of that name.
 */
export function headersFor(
  command: ClientCommand,
  prepared: Prepared,
  content: SendContent,
  more: readonly Field[],
): Field[] {
  const defaults: readonly Field[] = [
    ['User-Agent', 'netlayers-client'],
    ['Accept', '*/*'],
    ...prepared.fields,
    ...content.headers,
    ...more,
  ];
  const fields = new Map(defaults.map((field) => [field[0].toLowerCase(), field]));
  for (const [name] of command.headers) fields.delete(name.toLowerCase());
  return [...fields.values(), ...command.headers];
}

/** The text of an option that may be a file: `@FILE`, or `@-` for stdin. */
export function textOrFile(text: string): string {
  if (!text.startsWith('@')) return text;
  try {
    return readFileSync(text === '@-' ? 0 : text.slice(1), 'utf8');
  } catch (error) {
    throw new CommandError(ExitCode.READ, `cannot read: ${(error as Error).message}`);
  }
}

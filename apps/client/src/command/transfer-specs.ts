/**
 * Which URLs are fetched, and where their content goes: words, `--url`, `-o`, `-O` and `-T`, paired
 * in the order in which they were given. `{a,b}` and `[1-9]` in a URL stand for several.
 */

import { UsageError } from '@netlayers/common';
import type { TransferSpec } from './command.js';

/** The options and words that matter here. */
export interface GivenTransfers {
  readonly _: readonly (string | number)[];
  readonly url?: readonly string[] | undefined;
  readonly output?: readonly string[] | undefined;
  readonly 'remote-name-all'?: boolean | undefined;
  readonly 'upload-file'?: readonly string[] | undefined;
  readonly request?: string | undefined;
  readonly globoff?: boolean | undefined;
  readonly order: readonly string[];
}

/** What the words say. */
export interface Places {
  readonly method: string | null;
  readonly transfers: readonly TransferSpec[];
}

/** URLs that one pattern may stand for. */
const MOST_URLS = 10_000;

const METHOD = /^(?:[A-Z][A-Z-]*|get|head|post|put|patch|delete|options)$/;

/** A place without a scheme is one of http. */
const withScheme = (place: string): string =>
  /^[a-z][a-z0-9+.-]*:\/\//i.test(place) ? place : `http://${place}`;

/** One URL that a pattern stands for, with what stood in for each of its parts. */
interface Expanded {
  readonly url: string;
  readonly parts: readonly string[];
}

function choicesOf(set: string | undefined, range: string | undefined): string[] | null {
  if (set !== undefined) return set.split(',');
  const numbers = /^(\d+)-(\d+)(?::(\d+))?$/.exec(range ?? '');
  const letters = /^([a-zA-Z])-([a-zA-Z])(?::(\d+))?$/.exec(range ?? '');
  const found = numbers ?? letters;
  if (found === null) return null;
  const [, from = '', to = '', step = '1'] = found;
  const code = (text: string): number => (numbers === null ? text.charCodeAt(0) : Number(text));
  const width = from.startsWith('0') ? from.length : 0;
  const stride = Math.max(1, Number(step));
  const choices: string[] = [];
  for (let n = code(from); n <= code(to) && choices.length <= MOST_URLS; n += stride) {
    choices.push(numbers === null ? String.fromCharCode(n) : String(n).padStart(width, '0'));
  }
  return choices.length === 0 ? null : choices;
}

/** What a pattern stands for; text that is no pattern stands for itself. */
function expand(pattern: string): Expanded[] {
  let made: Expanded[] = [{ url: '', parts: [] }];
  let at = 0;
  for (const found of pattern.matchAll(/\{([^{}]*)\}|\[([^[\]]*)\]/g)) {
    const choices = choicesOf(found[1], found[2]);
    if (choices === null) continue;
    const before = pattern.slice(at, found.index);
    at = found.index + found[0].length;
    if (made.length * choices.length > MOST_URLS) {
      throw new UsageError(`${pattern} stands for more than ${MOST_URLS} URLs: use -g, or less`);
    }
    made = made.flatMap(({ url, parts }) =>
      choices.map((choice) => ({ url: url + before + choice, parts: [...parts, choice] })),
    );
  }
  return made.map(({ url, parts }) => ({ url: url + pattern.slice(at), parts }));
}

/** `-o` and `-O` in the order in which they were given. */
function outputsOf(given: GivenTransfers): (string | null)[] {
  const paths = [...(given.output ?? [])];
  return given.order
    .filter((name) => name === 'output' || name === 'remote-name')
    .map((name) => (name === 'output' ? (paths.shift() ?? '-') : null));
}

/** Words that are URLs, and the method in front of them. */
function splitWords(given: GivenTransfers): { method: string | null; urls: string[] } {
  const words = given._.map(String);
  const [first = ''] = words;
  const hasUrl = words.length > 1 || (given.url ?? []).length > 0;
  if (!hasUrl || !METHOD.test(first)) {
    return { method: given.request ?? null, urls: [...(given.url ?? []), ...words] };
  }
  if (given.request !== undefined && given.request !== first) {
    throw new UsageError(
      `${first} and -X ${given.request} contradict each other: give one of them`,
    );
  }
  return { method: first.toUpperCase(), urls: [...(given.url ?? []), ...words.slice(1)] };
}

/** A file is put into the folder that a URL ends with. */
function uploadUrl(url: string, upload: string | null): string {
  if (upload === null || upload === '-') return url;
  const [, place = url, rest = ''] = /^([^?#]*)(.*)$/s.exec(url) ?? [];
  const hasPath = /^[a-z][a-z0-9+.-]*:\/\/[^/]*\//i.test(place);
  if (hasPath && !place.endsWith('/')) return url;
  const name = encodeURIComponent(upload.replace(/^.*\//s, ''));
  return `${place}${hasPath ? '' : '/'}${name}${rest}`;
}

/**
 * Pairs URLs with outputs and uploads.
 *
 * @throws UsageError
 */
export function placesOf(given: GivenTransfers): Places {
  const { method, urls } = splitWords(given);
  if (urls.length === 0) throw new UsageError('Give a URL, such as http://127.0.0.1:8080/');
  const outputs = outputsOf(given);
  if (outputs.length > urls.length) {
    throw new UsageError(
      `There are ${outputs.length} of -o and -O for ${urls.length} URL${urls.length === 1 ? '' : 's'}`,
    );
  }
  const otherwise = given['remote-name-all'] === true ? null : '-';
  const uploads = given['upload-file'] ?? [];
  const transfers = urls.flatMap((place, at) => {
    const output = at < outputs.length ? (outputs[at] as string | null) : otherwise;
    const upload = uploads[at] ?? null;
    const expanded = given.globoff === true ? [{ url: place, parts: [] }] : expand(place);
    return expanded.map(({ url, parts }: Expanded) => ({
      url: uploadUrl(withScheme(url), upload),
      output: output?.replace(/#(\d)/g, (all, n: string) => parts[Number(n) - 1] ?? all) ?? null,
      upload,
    }));
  });
  return { method, transfers };
}

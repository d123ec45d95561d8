/**
 * What `-d` and its kin, `--json`, `-F` and `-T` say of the content, in the order in which they were
 * given. Nothing is read here.
 */

import { UsageError } from '@netlayers/common';
import type { ContentSpec, DataPart, FormPart } from './command.js';

/** The options, each with its values in order. */
export interface GivenContent {
  readonly data?: readonly string[] | undefined;
  readonly 'data-ascii'?: readonly string[] | undefined;
  readonly 'data-raw'?: readonly string[] | undefined;
  readonly 'data-binary'?: readonly string[] | undefined;
  readonly 'data-urlencode'?: readonly string[] | undefined;
  readonly json?: readonly string[] | undefined;
  readonly form?: readonly string[] | undefined;
  readonly 'form-string'?: readonly string[] | undefined;
  readonly 'upload-file'?: readonly string[] | undefined;
  /** The names of all options as they were given. */
  readonly order: readonly string[];
}

type Name = Exclude<keyof GivenContent, 'order' | 'upload-file'>;

const DATA: readonly Name[] = [
  'data',
  'data-ascii',
  'data-raw',
  'data-binary',
  'data-urlencode',
  'json',
];
const FORM: readonly Name[] = ['form', 'form-string'];

/** The values of several options in the order in which they were given. */
function inOrder(given: GivenContent, names: readonly Name[]): [Name, string][] {
  const taken = new Map<string, number>();
  const result: [Name, string][] = [];
  for (const option of given.order) {
    const name = names.find((name) => name === option);
    if (name === undefined) continue;
    const at = taken.get(name) ?? 0;
    taken.set(name, at + 1);
    result.push([name, given[name]?.[at] ?? '']);
  }
  return result;
}

const textPart = (text: string): DataPart => ({ source: { text }, strip: false, encodedAs: null });

function filePart(option: string, value: string, strip: boolean): DataPart {
  if (!value.startsWith('@')) return textPart(value);
  if (value === '@') throw new UsageError(`--${option} @ needs the name of a file behind it`);
  return { source: { file: value.slice(1) }, strip, encodedAs: null };
}

/** A value of `--data-urlencode`: `text`, `=text`, `name=text`, `@file`, `name@file`. */
export function encodedPart(value: string): DataPart {
  const at = value.search(/[=@]/);
  if (at === -1) return { source: { text: value }, strip: false, encodedAs: '' };
  const prefix = at === 0 ? '' : `${value.slice(0, at)}=`;
  const rest = value.slice(at + 1);
  const source = value[at] === '@' ? { file: rest } : { text: rest };
  return { source, strip: false, encodedAs: prefix };
}

function dataPart([name, value]: readonly [Name, string]): DataPart {
  switch (name) {
    case 'data-raw':
      return textPart(value);
    case 'data-urlencode':
      return encodedPart(value);
    case 'data-binary':
    case 'json':
      return filePart(name, value, false);
    default:
      return filePart(name, value, true);
  }
}

/** Takes `;type=` and `;filename=` from the end of a value. */
function attributesOf(value: string): { rest: string; type: string | null; file: string | null } {
  let rest = value;
  let type: string | null = null;
  let file: string | null = null;
  for (;;) {
    const found = /^(.*);\s*(type|filename)=("[^"]*"|[^;]*(?:;\s*charset=[^;]*)?)$/s.exec(rest);
    if (found === null) return { rest, type, file };
    const value = (found[3] ?? '').replace(/^"(.*)"$/, '$1');
    rest = found[1] ?? '';
    if (found[2] === 'type') type = value;
    else file = value;
  }
}

function formPart([option, value]: readonly [Name, string]): FormPart {
  const at = value.indexOf('=');
  if (at <= 0) throw new UsageError(`-F takes NAME=TEXT or NAME=@FILE, not ${value}`);
  const name = value.slice(0, at);
  const content = value.slice(at + 1);
  const plain = option === 'form-string';
  if (plain) return { name, source: { text: content }, type: null, fileName: null };
  const { rest, type, file } = attributesOf(content);
  const mark = rest.charAt(0);
  if (mark !== '@' && mark !== '<') return { name, source: { text: rest }, type, fileName: file };
  const path = rest.slice(1).replace(/^"(.*)"$/, '$1');
  if (path === '') throw new UsageError(`-F ${name}=${mark} needs the name of a file behind it`);
  const own = mark === '@' ? (path === '-' ? '-' : path.replace(/^.*\//s, '')) : null;
  return { name, source: { file: path }, type, fileName: file ?? own };
}

/**
 * Reads what is to be sent.
 *
 * @throws UsageError where two kinds of content contradict each other.
 */
export function contentSpecOf(given: GivenContent): ContentSpec {
  const data = inOrder(given, DATA);
  const form = inOrder(given, FORM);
  const uploads = given['upload-file'] ?? [];
  const kinds = [data, form, uploads].filter((list) => list.length > 0);
  if (kinds.length > 1) {
    throw new UsageError('-d, -F and -T contradict each other: content is of one kind');
  }
  if (form.length > 0) return { kind: 'form', parts: form.map(formPart) };
  if (uploads.length > 0) return { kind: 'upload' };
  if (data.length === 0) return { kind: 'none' };
  const isJson = data.some(([name]) => name === 'json');
  if (isJson && data.some(([name]) => name !== 'json')) {
    throw new UsageError('--json and -d contradict each other: give one of them');
  }
  return { kind: 'data', parts: data.map(dataPart), isJson };
}

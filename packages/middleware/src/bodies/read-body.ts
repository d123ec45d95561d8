/**
 * Whole bodies by their type, each with a bound: 415 for another type or an unknown charset (RFC 9110,
 * 15.5.16), 413 for too much (15.5.14), 400 for what is malformed.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import { HttpError, type ServerRequest } from '@netlayers/server';
import { contentTypeOf } from './content-type.js';

/** A bound on a body. */
export interface BodyLimits {
  /** @default 1 MiB */
  readonly maxBytes?: number;
}

/** Bounds on a form. */
export interface FormLimits extends BodyLimits {
  /** Fields of a form; over it 413. @default 1000 */
  readonly maxFields?: number;
}

const BODY_LIMITS: OptionNames<BodyLimits> = {
  maxBytes: 'optional',
};

const FORM_LIMITS: OptionNames<FormLimits> = {
  maxBytes: 'optional',
  maxFields: 'optional',
};

const MEBI = 1024 * 1024;
const IS_JSON = /^(?:application\/json|[\w!#$&^.+-]+\/[\w!#$&^.+-]+\+json)$/;

/** A member that would become the prototype of what it is copied into. */
const POISON = /"(?:_|\\u005f){2}(?:p|\\u0070)/i;

/**
 * Reads JSON (RFC 8259): `application/json` and whatever ends in `+json`. A member `__proto__` is 400:
 * whoever copies such an object has another prototype than is thought.
 *
 * @throws rejects with HttpError 415, 413, 400; with TypeError for a limit that is none.
 */
export async function readJson(request: ServerRequest, limits: BodyLimits = {}): Promise<unknown> {
  checkOptions('readJson', limits, BODY_LIMITS);
  const { type, charset } = contentTypeOf(request);
  if (!IS_JSON.test(type)) throw new HttpError(415, 'the content has to be JSON');
  if (charset !== null && charset !== 'utf-8' && charset !== 'utf8') {
    throw new HttpError(415, 'JSON is UTF-8');
  }
  const bytes = await request.bytes(limits.maxBytes ?? MEBI);
  try {
    // RFC 8259, 8.1: octets that are not UTF-8 are no JSON.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return POISON.test(text) ? JSON.parse(text, withoutPrototype) : JSON.parse(text);
  } catch (error) {
    throw error instanceof HttpError ? error : new HttpError(400, 'the content is not JSON');
  }
}

function withoutPrototype(name: string, value: unknown): unknown {
  if (name === '__proto__') throw new HttpError(400, 'a member is called __proto__');
  return value;
}

/**
 * Reads a form of a page without files, `application/x-www-form-urlencoded` (URL Standard, 5).
 *
 * @throws rejects with HttpError 415, 413; with TypeError for a limit that is none.
 */
export async function readForm(
  request: ServerRequest,
  limits: FormLimits = {},
): Promise<URLSearchParams> {
  checkOptions('readForm', limits, FORM_LIMITS);
  const { type } = contentTypeOf(request);
  if (type !== 'application/x-www-form-urlencoded') {
    throw new HttpError(415, 'the content has to be a form');
  }
  const { maxBytes = MEBI, maxFields = 1000 } = limits;
  const text = new TextDecoder().decode(await request.bytes(maxBytes));
  let fields = 1;
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) {
    if (++fields > maxFields) throw new HttpError(413, 'the form has too many fields');
  }
  return new URLSearchParams(text);
}

/**
 * Reads text of any type `text/...` in the charset that it says, else UTF-8.
 *
 * @throws rejects with HttpError 415, 413.
 */
export async function readText(request: ServerRequest, limits: BodyLimits = {}): Promise<string> {
  checkOptions('readText', limits, BODY_LIMITS);
  const { type, charset } = contentTypeOf(request);
  if (!type.startsWith('text/')) throw new HttpError(415, 'the content has to be text');
  const decoder = decoderOf(charset ?? 'utf-8');
  return decoder.decode(await request.bytes(limits.maxBytes ?? MEBI));
}

function decoderOf(charset: string) {
  try {
    return new TextDecoder(charset);
  } catch {
    throw new HttpError(415, 'no such charset');
  }
}

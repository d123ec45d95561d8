/**
 * Looks at what a program has passed before anything is done with it: names that do not exist and
 * values of the wrong kind are told in one line, instead of failing somewhere below.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import { parseUrl } from '../base/origin.js';
import { parseProxy } from '../proxy/proxy-url.js';
import type { ClientOptions, RequestDefaults, RequestOptions } from './client-options.js';
import type { RetryOptions } from './retry-options.js';

type Check = (value: unknown) => boolean;

const isFunction: Check = (value) => typeof value === 'function';
const isString: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number' && value >= 0;
const isCount: Check = (value) =>
  isNumber(value) && (Number.isInteger(value) || value === Number.POSITIVE_INFINITY);
const isBoolean: Check = (value) => typeof value === 'boolean';
const isObject: Check = (value) => typeof value === 'object' && value !== null;
const isSignal: Check = (value) =>
  isObject(value) &&
  isFunction((value as { addEventListener?: unknown }).addEventListener) &&
  isFunction((value as { removeEventListener?: unknown }).removeEventListener);
const isProxy: Check = (value) => {
  try {
    return parseProxy(value as string).host !== '';
  } catch {
    return false;
  }
};
const isBaseUrl: Check = (value) => {
  try {
    return parseUrl(value as string).host !== '';
  } catch {
    return false;
  }
};
const isAnything: Check = () => true;

/** A check, and what it asks for in words. */
type Rule = readonly [check: Check, wanted: string];

const MS: Rule = [isNumber, 'milliseconds, 0 or more'];
const FUNCTION: Rule = [isFunction, 'a function'];
const ANYTHING: Rule = [isAnything, ''];

const isList = (fits: Check): Check => {
  return (value) => Array.isArray(value) && value.every(fits);
};

const RETRY_CHECKS: { readonly [K in keyof Required<RetryOptions>]: Check } = {
  limit: isCount,
  methods: isList(isString),
  statuses: isList(isCount),
  delayMs: isNumber,
  maxDelayMs: isNumber,
};

const isRetry: Check = (value) =>
  isBoolean(value) ||
  isCount(value) ||
  (isObject(value) &&
    Object.entries(value as object).every(
      ([name, given]) =>
        Object.hasOwn(RETRY_CHECKS, name) &&
        (given === undefined || RETRY_CHECKS[name as keyof RetryOptions](given)),
    ));

const DEFAULT_RULES: { readonly [K in keyof Required<RequestDefaults>]: Rule } = {
  connectTimeoutMs: MS,
  queueTimeoutMs: MS,
  headersTimeoutMs: MS,
  bodyTimeoutMs: MS,
  minDataRate: [isNumber, 'bytes per second, 0 or more'],
  totalTimeoutMs: MS,
  redirect: [
    (value) => value === 'follow' || value === 'manual' || value === 'error',
    "'follow', 'manual' or 'error'",
  ],
  maxRedirects: [isCount, 'a whole number'],
  redirectHeaders: [isList(isString), 'a list of names'],
  retry: [isRetry, 'a number, or limit, methods, statuses, delayMs, maxDelayMs'],
  maxResponseBytes: [isNumber, 'bytes, 0 or more'],
  decompress: [isBoolean, 'true or false'],
};

const REQUEST_RULES: { readonly [K in keyof Required<RequestOptions>]: Rule } = {
  ...DEFAULT_RULES,
  method: [isString, 'a string'],
  headers: [isObject, 'an object or a list of fields'],
  query: [isObject, 'an object, a list of pairs, or URLSearchParams'],
  body: ANYTHING,
  json: ANYTHING,
  trailers: FUNCTION,
  signal: [isSignal, 'an AbortSignal'],
  expectContinue: [
    (value) => isBoolean(value) || isNumber(value),
    'true, false or milliseconds to wait',
  ],
  target: [isString, 'a string'],
  onUploadProgress: FUNCTION,
  onDownloadProgress: FUNCTION,
  onInterim: FUNCTION,
};

const CLIENT_RULES: { readonly [K in keyof Required<ClientOptions>]: Rule } = {
  ...DEFAULT_RULES,
  transport: [(value) => isFunction((value as { connect?: unknown })?.connect), 'a Transport'],
  baseUrl: [isBaseUrl, 'a URL that begins with http:// or https://'],
  secureTransport: [
    (value) => isFunction(value) || isFunction((value as { connect?: unknown })?.connect),
    'a Transport, or a function that makes one',
  ],
  proxy: [
    (value) => isFunction(value) || isProxy(value as string),
    'a URL such as http://host:port or socks5://host:port, or a function',
  ],
  protocols: [
    isList((one) => isFunction((one as { carry?: unknown })?.carry)),
    'a list of protocols',
  ],
  random: FUNCTION,
  clock: [(value) => isFunction((value as { setTimer?: unknown })?.setTimer), 'a Clock'],
  resolve: FUNCTION,
  headers: [isObject, 'an object or a list of fields'],
  maxConnectionsPerOrigin: [(value) => isCount(value) && value !== 0, 'a whole number above 0'],
  idleTimeoutMs: MS,
  decoders: [isObject, 'an object of functions'],
  http: [isObject, 'an object of options'],
  interceptors: [isList(isFunction), 'a list of functions'],
  cookies: [
    (value) => isFunction((value as { getCookieString?: unknown })?.getCookieString),
    'a store of cookies',
  ],
  observe: FUNCTION,
};

const namesOf = <T>(rules: { readonly [K in keyof Required<T>]: Rule }, needed: string) =>
  Object.fromEntries(
    Object.keys(rules).map((name) => [name, name === needed ? 'needed' : 'optional']),
  ) as OptionNames<T>;

function check<T extends object>(
  what: string,
  options: T,
  rules: { readonly [K in keyof Required<T>]: Rule },
  names: OptionNames<T>,
): void {
  checkOptions(what, options, names);
  for (const [name, [fits, wanted]] of Object.entries<Rule>(rules)) {
    const value = options[name as keyof T];
    if (value !== undefined && !fits(value)) {
      throw new TypeError(`the option ${name} of ${what} is ${wanted}`);
    }
  }
}

const REQUEST_NAMES = namesOf<RequestOptions>(REQUEST_RULES, '');
const CLIENT_NAMES = namesOf<ClientOptions>(CLIENT_RULES, 'transport');

/** @throws TypeError for options of a request that are none. */
export const checkRequestOptions = (options: RequestOptions): void =>
  check('a request', options, REQUEST_RULES, REQUEST_NAMES);

/** @throws TypeError for options of a client that are none. */
export const checkClientOptions = (options: ClientOptions): void =>
  check('Client', options, CLIENT_RULES, CLIENT_NAMES);

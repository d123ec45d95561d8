/**
 * The Basic authentication scheme (RFC 7617; RFC 9110, 11): a name and a password with every request,
 * readable by everybody on the way. To be used over TLS.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import { quoteString } from '@netlayers/http';
import { errorResponse, type Middleware, type ServerRequest } from '@netlayers/server';
import { fromBase64 } from '../base/base64.js';
import { StateKey } from '../base/state-key.js';
import { isSameSecret } from './constant-time.js';

/** Tells whether a password is that of a user. */
export type PasswordCheck = (
  name: string,
  password: string,
  request: ServerRequest,
) => boolean | PromiseLike<boolean>;

/** Settings of {@link basicAuth}: either `users` or `check`. */
export interface BasicAuthOptions {
  /** What the browser shows as the place that asks. @default 'restricted' */
  readonly realm?: string;
  /** Passwords by names. */
  readonly users?: Readonly<Record<string, string>>;
  /** In place of a table. */
  readonly check?: PasswordCheck;
}

const OPTIONS: OptionNames<BasicAuthOptions> = {
  realm: 'optional',
  users: 'optional',
  check: 'optional',
};

const CREDENTIALS = /^basic +([\w+/-]+={0,2})$/i;
/** RFC 7617, 2: neither name nor password has them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROLS = /[\x00-\x1f\x7f]/;

const USER = new StateKey<string>('user', 'basicAuth()');

/** The name that a request was let in with. @throws TypeError without the middleware around. */
export const userOf = (request: ServerRequest): string => USER.of(request);

/** Name and password of an Authorization field; `null` for what has none. */
export function credentialsOf(field: string | null): [name: string, password: string] | null {
  const bytes = fromBase64(CREDENTIALS.exec(field ?? '')?.[1] ?? '!');
  if (bytes === null) return null;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
  const at = text.indexOf(':');
  if (at < 0 || CONTROLS.test(text)) return null;
  return [text.slice(0, at), text.slice(at + 1)];
}

/** As long for a name that there is as for one that there is not. */
function checkOf(users: Readonly<Record<string, string>>): PasswordCheck {
  const passwords = new Map(Object.entries(users));
  return (name, password) => {
    const isRight = isSameSecret(password, passwords.get(name) ?? 'nobody has this password');
    return isRight && passwords.has(name);
  };
}

/**
 * Makes the middleware: 401 with a challenge for who has no right (RFC 9110, 11.6.1).
 *
 * @throws TypeError for a realm that cannot be sent, for an option that is none, and without a way to check.
 */
export function basicAuth(options: BasicAuthOptions): Middleware {
  checkOptions('basicAuth', options, OPTIONS);
  const { realm = 'restricted', users } = options;
  const check = options.check ?? (users === undefined ? null : checkOf(users));
  if (check === null) throw new TypeError('basicAuth() needs users or a check');
  if (!/^[\x20-\x7e]*$/.test(realm)) throw new TypeError('a realm is printable ASCII');
  const challenge = `Basic realm=${quoteString(realm)}, charset="UTF-8"`;
  const refusal = () => errorResponse(401).header('WWW-Authenticate', challenge);
  return (request, next) => {
    const credentials = credentialsOf(request.headers.get('authorization'));
    if (credentials === null) return refusal();
    const [name, password] = credentials;
    const enter = (isRight: boolean) => {
      if (!isRight) return refusal();
      USER.set(request, name);
      return next();
    };
    const isRight = check(name, password, request);
    return typeof isRight === 'boolean' ? enter(isRight) : Promise.resolve(isRight).then(enter);
  };
}

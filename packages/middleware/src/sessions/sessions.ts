/**
 * Sessions by a cookie: read before the handler, written before the head of the response is sent. What
 * a handler changes while it streams is lost. Of requests of one client at the same time, the last to
 * be answered wins.
 *
 * Nothing is kept for a client until something is set: who only looks costs no memory.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import type { Response } from '@netlayers/http';
import type { Middleware, ServerRequest } from '@netlayers/server';
import { StateKey } from '../base/state-key.js';
import {
  type CookieAttributes,
  checkCookie,
  clearCookie,
  cookiesOf,
  setCookie,
} from '../cookies/cookie.js';
import { CookieSigner, type SignedValue } from '../cookies/cookie-signer.js';
import { Session } from './session.js';
import { MemorySessionStore, type SessionStore } from './session-store.js';

/** Settings of {@link sessions}. */
export interface SessionOptions {
  /** @default memory, for a server that is alone */
  readonly store?: SessionStore;
  /** The cookie's name. @default 'sid' */
  readonly name?: string;
  /** Of the cookie. @default secure where the request is, HttpOnly, SameSite=Lax, the path / */
  readonly cookie?: Omit<CookieAttributes, 'maxAgeS' | 'expires'>;
  /** Signs the ids, the newest key first: forged ones never reach the store. @default not signed */
  readonly keys?: readonly (string | Uint8Array)[];
  /** How long a session lives without a request, or at all when it is not rolling, milliseconds. @default a day */
  readonly idleMs?: number;
  /** How long it lives at most, milliseconds. @default Infinity */
  readonly absoluteMs?: number;
  /**
   * Whether each request lets it live for `idleMs` again. It is written then at most once in a
   * twentieth of that. @default true
   */
  readonly rolling?: boolean;
}

const OPTIONS: OptionNames<SessionOptions> = {
  store: 'optional',
  name: 'optional',
  cookie: 'optional',
  keys: 'optional',
  idleMs: 'optional',
  absoluteMs: 'optional',
  rolling: 'optional',
};

/** 256 bits as `Session` writes them. */
const ID = /^[\w-]{43}$/;

const DAY = 24 * 60 * 60 * 1000;
/** Of `idleMs`, what may pass before a session is written for its time alone. */
const ROLL = 1 / 20;

const SESSION = new StateKey<Session>('session', 'sessions()');

/** The session of a request. @throws TypeError without the middleware around. */
export const sessionOf = (request: ServerRequest): Session => SESSION.of(request);

/**
 * Makes the middleware.
 *
 * @throws RangeError for a time that is none; TypeError for an option that is none.
 */
export function sessions(options: SessionOptions = {}): Middleware {
  checkOptions('sessions', options, OPTIONS);
  if (options.cookie !== undefined) checkCookie(options.cookie);
  const keeper = new SessionKeeper(options);
  return async (request, next) => {
    const session = await keeper.open(request);
    SESSION.set(request, session);
    return keeper.close(request, session, await next());
  };
}

class SessionKeeper {
  #store: SessionStore | null;
  readonly #name: string;
  readonly #cookie: Omit<CookieAttributes, 'maxAgeS' | 'expires'>;
  readonly #signer: CookieSigner | null;
  readonly #idleMs: number;
  readonly #absoluteMs: number;
  readonly #rolling: boolean;

  constructor(options: SessionOptions) {
    const { store = null, name = 'sid', cookie = {}, keys, rolling = true } = options;
    const { idleMs = DAY, absoluteMs = Number.POSITIVE_INFINITY } = options;
    if (!(idleMs > 0) || !(absoluteMs > 0)) throw new RangeError('a session lives for a while');
    this.#store = store;
    this.#name = name;
    this.#cookie = cookie;
    this.#signer = keys === undefined ? null : new CookieSigner(keys);
    this.#idleMs = idleMs;
    this.#absoluteMs = absoluteMs;
    this.#rolling = rolling;
  }

  async open(request: ServerRequest): Promise<Session> {
    const now = request.clock.wallTime();
    const found = await this.#idOf(request);
    if (found === null) return new Session();
    const text = await this.#storeOf(request).read(found.value);
    const session = text === null ? null : Session.stored(found.value, text);
    // An id that is not kept is never taken over.
    if (session === null) return new Session();
    session.isStale = found.isStale;
    if (now - (session.startedAt ?? now) >= this.#absoluteMs) session.destroy();
    return session;
  }

  async close(request: ServerRequest, session: Session, response: Response): Promise<Response> {
    const now = request.clock.wallTime();
    const store = this.#storeOf(request);
    const { outdatedId, change } = session;
    if (outdatedId !== null) await store.remove(outdatedId);
    const attributes = { secure: request.secure, ...this.#cookie };
    if (change === 'destroyed') return clearCookie(response, this.#name, attributes);
    if (change === 'none' && !session.isStale && !this.#rolls(session, now)) return response;
    const age = now - (session.startedAt ?? now);
    const ttlMs = Math.min(
      this.#rolling ? this.#idleMs : this.#idleMs - age,
      this.#absoluteMs - age,
    );
    if (ttlMs <= 0) return response;
    await store.write(session.id, session.text(now), ttlMs);
    const value = (await this.#signer?.sign(this.#name, session.id)) ?? session.id;
    return setCookie(response, this.#name, value, { ...attributes, maxAgeS: ttlMs / 1000 });
  }

  /** Whether a session that nobody has changed is written for its time alone. */
  #rolls(session: Session, now: number): boolean {
    return this.#rolling && !session.isNew && now - session.writtenAt >= this.#idleMs * ROLL;
  }

  async #idOf(request: ServerRequest): Promise<SignedValue | null> {
    const given = cookiesOf(request)[this.#name];
    if (given === undefined) return null;
    const found =
      this.#signer === null
        ? { value: given, isStale: false }
        : await this.#signer.verify(this.#name, given);
    return found !== null && ID.test(found.value) ? found : null;
  }

  #storeOf({ clock }: ServerRequest): SessionStore {
    this.#store ??= new MemorySessionStore({ clock });
    return this.#store;
  }
}

/**
 * Certificates, keys and roots as OpenSSL holds them: made once, exchanged as a whole.
 */

import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { checkIdentity, checkRoots, pemOf, refusal } from './check-pem.js';
import type { Pem, TlsIdentities, TlsIdentity, TlsSettings } from './tls-options.js';

/** Tickets of one name are good for another of the same transport, and for no other program. */
const SESSION_ID_CONTEXT = 'netlayers';

/** The identities of one transport. */
export class TlsContexts {
  /** For `tls.createServer`; `null` without an identity. */
  readonly server: (SecureContextOptions & { sessionIdContext: string }) | null;
  readonly client: SecureContext;
  readonly #names = new Map<string, SecureContext>();

  /** @throws an error with a `code` and one line for what is no certificate or no root, and for another key. */
  constructor({ identity, names = {}, ca }: TlsIdentities, settings: TlsSettings) {
    const given = ca === undefined ? [] : isPem(ca) ? [ca] : ca;
    for (const one of given) checkRoots(one);
    const roots = ca === undefined ? {} : { ca: given.map(pemOf) };
    const of = (one: TlsIdentity | undefined): SecureContextOptions => ({
      ...roots,
      minVersion: settings.minVersion,
      ...(one === undefined ? {} : { cert: pemOf(one.cert), key: pemOf(one.key) }),
      ...(one?.passphrase === undefined ? {} : { passphrase: one.passphrase }),
    });
    this.client = make('the certificate', of(identity), identity);
    for (const [name, one] of Object.entries(names)) {
      const options = { ...of(one), sessionIdContext: SESSION_ID_CONTEXT };
      this.#names.set(name.toLowerCase(), make(`the certificate of ${name}`, options, one));
    }
    const first = identity ?? Object.values(names)[0];
    const server = { ...of(first), sessionIdContext: SESSION_ID_CONTEXT };
    this.server = first === undefined ? null : server;
  }

  /** The identity for a name, or for those below its parent; `null` for the one that all others get. */
  find(name: string): SecureContext | null {
    const lower = name.toLowerCase();
    const wildcard = lower.replace(/^[^.]+/, '*');
    return this.#names.get(lower) ?? this.#names.get(wildcard) ?? null;
  }
}

const isPem = (pem: Pem | readonly Pem[]): pem is Pem => !Array.isArray(pem);

function make(what: string, options: SecureContextOptions, of?: TlsIdentity): SecureContext {
  if (of !== undefined) checkIdentity(what, of);
  try {
    return createSecureContext(options);
  } catch (error) {
    throw refusal(of?.files === undefined ? what : `${what} ${of.files.cert}`, error);
  }
}

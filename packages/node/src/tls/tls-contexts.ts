/**
 * Certificates, keys and roots as OpenSSL holds them: made once, exchanged as a whole.
 */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { Pem, TlsIdentities, TlsIdentity, TlsSettings } from './tls-options.js';

/** Tickets of one name are good for another of the same transport, and for no other program. */
const SESSION_ID_CONTEXT = 'netlayers';

const pemOf = (pem: Pem): string | Buffer => (typeof pem === 'string' ? pem : Buffer.from(pem));

/** The identities of one transport. */
export class TlsContexts {
  /** For `tls.createServer`; `null` without an identity. */
  readonly server: (SecureContextOptions & { sessionIdContext: string }) | null;
  readonly client: SecureContext;
  readonly #names = new Map<string, SecureContext>();

  /** @throws an error with a `code` and one line for what is no certificate, or not that of the key. */
  constructor({ identity, names = {}, ca }: TlsIdentities, settings: TlsSettings) {
    const roots = ca === undefined ? {} : { ca: (isPem(ca) ? [ca] : ca).map(pemOf) };
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
  try {
    const context = createSecureContext(options);
    if (of !== undefined) checkPair(of);
    return context;
  } catch (error) {
    const { code, reason, message } = error as Error & { code?: string; reason?: string };
    const said = reason ?? message;
    throw Object.assign(new Error(`${what}: ${MEANING[said] ?? said}`, { cause: error }), {
      code: code ?? 'ERR_TLS_CERTIFICATE',
    });
  }
}

/** OpenSSL compares only a key and a certificate of one kind, and takes an RSA key beside a certificate of ECDSA. */
function checkPair({ cert, key, passphrase }: TlsIdentity): void {
  const privateKey = createPrivateKey({
    key: pemOf(key),
    ...(passphrase === undefined ? {} : { passphrase }),
  });
  if (new X509Certificate(pemOf(cert)).checkPrivateKey(privateKey)) return;
  throw Object.assign(new Error('key values mismatch'), {
    code: 'ERR_OSSL_X509_KEY_VALUES_MISMATCH',
  });
}

/** What OpenSSL says, for those who do not know its inside. */
const MEANING: Readonly<Record<string, string>> = {
  'key values mismatch': 'its key is that of another one',
  'key type mismatch': 'its key is that of another one',
  'no start line': 'there is none in what was given as PEM',
  'bad end line': 'its PEM is cut off',
  unsupported: 'there is no private key in what was given as PEM of its key',
  'interrupted or cancelled': 'its key is encrypted, and the passphrase is missing or wrong',
  'bad decrypt': 'its key is encrypted, and the passphrase is missing or wrong',
};

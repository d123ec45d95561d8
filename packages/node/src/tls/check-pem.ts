/**
 * Certificates, keys and roots looked at before OpenSSL is given them, so that what is wrong can be said
 * of the one that it is wrong with, by the file that it came from. OpenSSL itself drops roots that
 * are none without a word, and takes an RSA key beside a certificate of ECDSA.
 */

import { Buffer } from 'node:buffer';
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Pem, TlsIdentity } from './tls-options.js';

/** What OpenSSL takes. */
export const pemOf = (pem: Pem): string | Buffer =>
  typeof pem === 'string' ? pem : Buffer.from(pem);

/** An error for people, with the `code` of OpenSSL's. */
export function refusal(what: string, error: unknown): Error {
  const { code, reason, message } = error as Error & { code?: string; reason?: string };
  const said = code?.startsWith('ERR_OSSL_ASN1_') ? 'bad base64 decode' : (reason ?? message);
  return Object.assign(new Error(`${what}: ${MEANING[said] ?? said}`, { cause: error }), {
    code: code ?? 'ERR_TLS_CERTIFICATE',
  });
}

/**
 * Checks a certificate, its key, and that they belong together.
 *
 * @param what what the certificate is called, where no file says it.
 * @throws Error, one line with a `code`, for what is none.
 */
export function checkIdentity(what: string, identity: TlsIdentity): void {
  const { files } = identity;
  const cert = files === undefined ? what : `${what} ${files.cert}`;
  const certificate = certificateOf(cert, identity.cert);
  const key = files === undefined ? 'its key' : `its key ${files.key}`;
  if (certificate.checkPrivateKey(keyOf(`${cert}: ${key}`, identity))) return;
  throw Object.assign(new Error(`${cert}: ${key} is that of another one`), {
    code: 'ERR_OSSL_X509_KEY_VALUES_MISMATCH',
  });
}

/** Checks what is given as roots. @throws Error, one line with a `code`, for what is no certificate. */
export function checkRoots(pem: Pem): void {
  certificateOf('the roots', pem);
}

function certificateOf(what: string, pem: Pem): X509Certificate {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pemOf(pem));
  } catch (error) {
    throw refusal(what, error);
  }
  if (Buffer.from(pemOf(pem)).includes('-----BEGIN ')) return certificate;
  throw Object.assign(new Error(`${what}: it is DER: openssl x509 -inform der makes PEM of it`), {
    code: 'ERR_OSSL_PEM_NO_START_LINE',
  });
}

function keyOf(what: string, { key, passphrase }: TlsIdentity): KeyObject {
  try {
    return createPrivateKey({
      key: pemOf(key),
      ...(passphrase === undefined ? {} : { passphrase }),
    });
  } catch (error) {
    const { code, reason, message } = error as Error & { code?: string; reason?: string };
    const said = reason ?? message;
    const text = KEY_MEANING[said] ?? `cannot be read: ${said}`;
    throw Object.assign(new Error(`${what} ${text}`, { cause: error }), {
      code: code ?? 'ERR_TLS_CERTIFICATE',
    });
  }
}

/** What OpenSSL says of certificates, for those who do not know its inside. */
const MEANING: Readonly<Record<string, string>> = {
  'no start line':
    'there is none in what was given as PEM, which begins -----BEGIN CERTIFICATE-----',
  'bad end line': 'its PEM is cut off',
  'bad base64 decode': 'its PEM is damaged',
};

const ENCRYPTED = 'is encrypted, and the passphrase is missing or wrong';

/** And of keys, behind what the key is called. */
const KEY_MEANING: Readonly<Record<string, string>> = {
  unsupported: 'is no private key as PEM, which begins -----BEGIN PRIVATE KEY-----',
  'interrupted or cancelled': ENCRYPTED,
  'bad decrypt': ENCRYPTED,
};

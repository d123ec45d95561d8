import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import type { Transport } from '@netlayers/http';
import { type TlsIdentity, tlsTransport } from '@netlayers/node';
import { MemoryTransport, selfSigned } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';

const { cert, key } = selfSigned();
const memory = new MemoryTransport() as Transport;
const encrypted = createPrivateKey(key)
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
  .toString();
// Of another kind than the certificate: OpenSSL itself would take it, and every handshake fail.
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

describe('an identity', () => {
  it.each<[string, TlsIdentity, string]>([
    ['the key of another', { cert, key: selfSigned().key }, 'its key is that of another one'],
    ['a key of another kind', { cert, key: rsa }, 'its key is that of another one'],
    ['no key', { cert, key: cert }, 'there is no private key in what was given as PEM of its key'],
    ['nothing', { cert: '', key }, 'there is none in what was given as PEM'],
    ['no certificate', { cert: key, key }, 'there is none in what was given as PEM'],
    ['half of one', { cert: cert.slice(0, 200), key }, 'its PEM is cut off'],
    [
      'an encrypted key',
      { cert, key: encrypted },
      'its key is encrypted, and the passphrase is missing or wrong',
    ],
    [
      'another passphrase',
      { cert, key: encrypted, passphrase: 'y' },
      'its key is encrypted, and the passphrase is missing or wrong',
    ],
  ])('with %s is refused in plain words', (_, identity, why) => {
    expect(() => tlsTransport(memory, { identity })).toThrow(`the certificate: ${why}`);
    expect(() => tlsTransport(memory, { names: { 'a.test': identity } })).toThrow(
      `the certificate of a.test: ${why}`,
    );
  });

  it('has a key that may be encrypted, and one file for both', () => {
    tlsTransport(memory, { identity: { cert, key: encrypted, passphrase: 'x' } });
    const both = key + cert;
    tlsTransport(memory, { identity: { cert: both, key: both } });
  });
});

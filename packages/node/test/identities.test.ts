import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
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
    ['no key', { cert, key: cert }, 'its key is no private key as PEM'],
    ['nothing', { cert: '', key }, 'there is none in what was given as PEM'],
    ['no certificate', { cert: key, key }, 'there is none in what was given as PEM'],
    ['DER', { cert: new X509Certificate(cert).raw, key }, 'it is DER: openssl x509 -inform der'],
    ['a damaged one', { cert: cert.replace(/\n.{20}/, '\n'), key }, 'its PEM is damaged'],
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

  it('from files is named by them, and by the one that is at fault', () => {
    const files = { cert: 'c.pem', key: 'k.pem' };
    for (const [identity, why] of [
      [{ cert: key, key }, 'the certificate c.pem: there is none in'],
      [{ cert, key: cert }, 'the certificate c.pem: its key k.pem is no private key'],
      [{ cert, key: encrypted }, 'the certificate c.pem: its key k.pem is encrypted'],
      [{ cert, key: selfSigned().key }, 'the certificate c.pem: its key k.pem is that of another'],
      [{ cert: cert + cert.slice(0, 200), key }, 'the certificate c.pem: its PEM is cut off'],
    ] as const) {
      expect(() => tlsTransport(memory, { identity: { ...identity, files } })).toThrow(why);
    }
  });

  it('has roots that are some: else everybody would be refused later', () => {
    for (const ca of ['nothing', '', key, cert.slice(0, 200), [cert, 'nothing']]) {
      expect(() => tlsTransport(memory, { ca })).toThrow(
        /^the roots: (there is none|its PEM is cut)/,
      );
    }
    tlsTransport(memory, { ca: [cert, `# of mine\n${cert}`] });
  });

  it('has a key that may be encrypted, and one file for both', () => {
    tlsTransport(memory, { identity: { cert, key: encrypted, passphrase: 'x' } });
    const both = key + cert;
    tlsTransport(memory, { identity: { cert: both, key: both } });
  });
});

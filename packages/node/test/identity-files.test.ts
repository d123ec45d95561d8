import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readIdentity, type TlsIdentities, watchIdentity } from '@netlayers/node';
import { selfSigned } from '@netlayers/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netlayers-identity-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const files = () => ({ cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') });

/** As programs that renew certificates do: a new file takes the place of the old one. */
function put(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

function putBoth({ cert, key }: { cert: string; key: string }): void {
  put(files().cert, cert);
  put(files().key, key);
}

describe('files of a certificate', () => {
  it('are taken when both are new, and told where they cannot be used', () => {
    const [first, second] = [selfSigned(), selfSigned()];
    putBoth(first);
    const taken: string[] = [];
    const errors: string[] = [];
    let refusal: Error | null = null;
    const reload = ({ identity }: TlsIdentities): void => {
      if (refusal !== null) throw refusal;
      taken.push(String(identity?.cert));
    };
    const watch = watchIdentity({ reload }, files(), {
      onError: ({ message }) => errors.push(message),
    });
    expect(watch.check()).toBe(false);
    refusal = new Error('key values mismatch');
    put(files().cert, second.cert);
    expect([watch.check(), watch.check()]).toEqual([false, false]);
    refusal = null;
    put(files().key, second.key);
    expect([watch.check(), watch.check()]).toEqual([true, false]);
    expect(taken).toEqual([second.cert]);
    rmSync(files().key);
    expect(watch.check()).toBe(false);
    expect(errors).toEqual([
      'key values mismatch',
      `the key ${files().key}: there is no such file`,
    ]);
    putBoth(first);
    expect(watch.check()).toBe(true);
    watch.close();
  });

  it('are read, or one line says which cannot be', () => {
    putBoth(selfSigned());
    expect(String(readIdentity(files()).cert)).toContain('BEGIN CERTIFICATE');
    const key = join(folder, 'nothing.pem');
    expect(() => readIdentity({ ...files(), key })).toThrow(
      `the key ${key}: there is no such file`,
    );
    expect(() => readIdentity({ ...files(), cert: folder })).toThrow('it cannot be read (EISDIR)');
  });
});

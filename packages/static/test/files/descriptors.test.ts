import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileServer, fieldOf, TemporaryFolder } from '../support/harness.js';

/** Every file that is opened, until it is closed; and what opening does instead. */
const watch = vi.hoisted(() => ({
  open: new Set<object>(),
  opened: 0,
  whenNone: null as (() => void) | null,
  fail: null as string | null,
}));

vi.mock('node:fs/promises', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:fs/promises')>();
  const refuse = (): void => {
    if (watch.fail === null) return;
    throw Object.assign(new Error(`${watch.fail}: refused by the test`), { code: watch.fail });
  };
  return {
    ...original,
    opendir: async (...args: Parameters<typeof original.opendir>) => {
      refuse();
      return original.opendir(...args);
    },
    open: async (...args: Parameters<typeof original.open>): Promise<FileHandle> => {
      refuse();
      const handle = await original.open(...args);
      const close = handle.close.bind(handle);
      watch.open.add(handle);
      watch.opened++;
      handle.close = async () => {
        await close();
        watch.open.delete(handle);
        if (watch.open.size === 0) watch.whenNone?.();
      };
      return handle;
    },
  };
});

/** Resolves when no file is open. A leak is a test that does not end. */
const allClosed = (): Promise<void> =>
  new Promise((resolve) => {
    watch.whenNone = resolve;
    if (watch.open.size === 0) resolve();
  });

const request = (target: string, ...fields: string[]): string =>
  `${[`GET ${target} HTTP/1.1`, 'Host: server', ...fields].join('\r\n')}\r\n\r\n`;

describe('open files', () => {
  const folder = new TemporaryFolder();
  let server: FileServer;

  beforeAll(async () => {
    folder.write('small.txt', 'small');
    folder.write('big.bin', new Uint8Array(5_000_000));
    folder.write('big.bin.gz', new Uint8Array(5_000_000));
    folder.write('sub/index.html', 'sub');
    folder.write('bare/file', 'x');
    execFileSync('mkfifo', [join(folder.path, 'fifo')]);
    server = await FileServer.start({
      root: folder.path,
      precompressed: true,
      listing: true,
      fallback: 'sub/index.html',
      headers: (_, { path }) => {
        if (path === 'small.txt' && isBroken) throw new Error('a hook that fails');
      },
    });
  });

  let isBroken = false;

  beforeEach(() => {
    watch.fail = null;
    watch.opened = 0;
  });

  afterAll(() => folder[Symbol.dispose]());

  it.each([
    ['GET', '/small.txt', 200],
    ['GET', '/big.bin', 200],
    ['HEAD', '/big.bin', 200],
    ['GET', '/big.bin', 200, 'Accept-Encoding: gzip'],
    ['HEAD', '/big.bin', 200, 'Accept-Encoding: gzip'],
    ['GET', '/small.txt', 200, 'Accept-Encoding: gzip, br, zstd'],
    ['GET', '/small.txt', 406, 'Accept-Encoding: *;q=0'],
    ['GET', '/big.bin', 304, 'If-None-Match: *'],
    ['GET', '/big.bin', 412, 'If-Match: "x"'],
    ['GET', '/big.bin', 416, 'Range: bytes=5000000-'],
    ['GET', '/big.bin', 206, 'Range: bytes=1-4000000'],
    ['GET', '/big.bin', 206, 'Range: bytes=1-2000000,2500000-4000000,-3'],
    ['GET', '/sub/', 200],
    ['GET', '/sub', 301],
    ['GET', '/bare/', 200],
    ['GET', '/none', 404],
    ['GET', '/none', 200, 'Accept: text/html'],
    ['GET', '/fifo', 404],
  ])('are closed behind %s %s %i %s', async (method, target, status, field = 'X: y') => {
    const response = await server.fetch(target, [field], method);
    expect(response.status).toBe(status);
    const opensNothing = ['/none', '/bare/'].includes(target) && field === 'X: y';
    expect(watch.opened > 0).toBe(!opensNothing);
    await allClosed();
  });

  it.each([
    ['a whole file', request('/big.bin')],
    ['an encoded file', request('/big.bin', 'Accept-Encoding: gzip')],
    ['a range', request('/big.bin', 'Range: bytes=1-')],
    ['several ranges', request('/big.bin', 'Range: bytes=0-2000000,3000000-')],
  ])('are closed when a client goes away in the middle of %s', async (_, bytes) => {
    await server.abort(bytes);
    expect(watch.opened).toBeGreaterThan(0);
    await allClosed();
  });

  it('are closed when requests stand behind one that is cut off', async () => {
    await server.abort(request('/big.bin').repeat(20));
    await allClosed();
  });

  it('are closed when the server ends', async () => {
    const own = await FileServer.start({ root: folder.path });
    const cut = own.send(request('/big.bin').repeat(3), () => void own.close());
    await expect(cut).rejects.toMatchObject({ code: 'ECONNRESET' });
    await allClosed();
  });

  it('are closed when they only show that a folder has an index', async () => {
    const plain = await FileServer.start({ root: folder.path });
    expect((await plain.fetch('/sub')).status).toBe(301);
    expect(watch.opened).toBe(2);
    await allClosed();
  });

  it('are closed when the program fails, which is 500', async () => {
    isBroken = true;
    const response = await server.fetch('/small.txt');
    isBroken = false;
    expect(response.status).toBe(500);
    expect(server.errors.splice(0)).toMatchObject([{ message: 'a hook that fails' }]);
    await allClosed();
  });

  it.each(['EMFILE', 'ENFILE'])(
    'that cannot be had are 503 (%s) [RFC 9110 15.6.4]',
    async (code) => {
      watch.fail = code;
      for (const target of ['/small.txt', '/sub/', '/bare/']) {
        const response = await server.fetch(target);
        expect(response.status, target).toBe(503);
        expect(fieldOf(response, 'retry-after')).toBe('1');
      }
      expect(server.errors).toEqual([]);
    },
  );

  it('that fail otherwise are 500, and reported', async () => {
    watch.fail = 'EIO';
    expect((await server.fetch('/small.txt')).status).toBe(500);
    expect(server.errors.splice(0)).toMatchObject([{ code: 'EIO' }]);
  });

  it('leave no descriptor, folders included', async () => {
    if (process.platform !== 'linux') return;
    const count = (): number => readdirSync('/proc/self/fd').length;
    const all = ['/', '/bare/', '/big.bin', '/small.txt', '/sub', '/none'];
    for (const target of all) await server.fetch(target);
    await allClosed();
    const before = count();
    for (let round = 0; round < 20; round++) {
      for (const target of all) await server.fetch(target);
    }
    await allClosed();
    expect(count()).toBe(before);
    expect(server.errors).toEqual([]);
  });
});

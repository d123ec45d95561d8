import { appendFileSync, renameSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FileServer, fieldOf, TemporaryFolder } from '../support/harness.js';

const SIZE = 8_000_000;
const REQUEST = 'GET /big.bin HTTP/1.1\r\nHost: server\r\nConnection: close\r\n\r\n';

/** Sends a large file of sevens while something happens to it. */
async function sendWhile(change: (path: string, folder: string) => void) {
  using folder = new TemporaryFolder();
  const path = folder.write('big.bin', new Uint8Array(SIZE).fill(7));
  const server = await FileServer.start({ root: folder.path });
  const response = await server.send(REQUEST, () => change(path, folder.path));
  expect(server.errors).toEqual([]);
  return { server, response, path };
}

const isAllSevens = (body: Buffer): boolean => body.equals(Buffer.alloc(SIZE, 7));

it('sends what was promised of a file that grows', async () => {
  const { response } = await sendWhile((path) => appendFileSync(path, Buffer.alloc(100_000, 8)));
  expect(fieldOf(response, 'content-length')).toBe(String(SIZE));
  expect(isAllSevens(response.body)).toBe(true);
});

it('sends the file that was asked for when another takes its name', async () => {
  const { response } = await sendWhile((path, folder) => {
    writeFileSync(join(folder, 'new'), Buffer.alloc(SIZE, 9));
    renameSync(join(folder, 'new'), path);
  });
  expect(isAllSevens(response.body)).toBe(true);
});

it('sends a file to its end that is removed', async () => {
  const { response } = await sendWhile((path) => unlinkSync(path));
  expect(isAllSevens(response.body)).toBe(true);
});

it('resets a response whose file shrinks, and reports it', async () => {
  using folder = new TemporaryFolder();
  const path = folder.write('big.bin', new Uint8Array(50_000_000));
  const server = await FileServer.start({ root: folder.path });
  for (const range of ['', 'Range: bytes=0-,-1\r\n', 'Range: bytes=0-20000000,20000002-\r\n']) {
    writeFileSync(path, new Uint8Array(50_000_000));
    const request = `GET /big.bin HTTP/1.1\r\nHost: server\r\n${range}\r\n`;
    const response = server.send(request, () => truncateSync(path, 100));
    await expect(response).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(server.errors.splice(0)).toMatchObject([{ code: 'length-mismatch' }]);
  }
});

it('tells a new version from an old one by its tag [RFC 9110 8.8.3]', async () => {
  using folder = new TemporaryFolder();
  const path = folder.write('a.txt', 'one');
  const server = await FileServer.start({ root: folder.path });
  const old = fieldOf(await server.fetch('/a.txt'), 'etag');
  writeFileSync(path, 'two and more');
  const response = await server.fetch('/a.txt', [`If-None-Match: ${old}`]);
  expect(response.status).toBe(200);
  expect(response.body.toString()).toBe('two and more');
  const range = await server.fetch('/a.txt', ['Range: bytes=2-', `If-Range: ${old}`]);
  expect(range.status).toBe(200);
});

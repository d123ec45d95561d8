import { createHash } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Client } from '@netlayers/client';
import { kernelTransport } from '@netlayers/kernel';
import { afterEach, describe, expect, it } from 'vitest';

const PIECE = 1 << 20;
const PIECES = 100;

/** A megabyte that differs from its neighbours. */
function piece(index: number): Uint8Array {
  const bytes = Buffer.alloc(PIECE, `piece ${index} of a hundred, `);
  bytes.writeUInt32BE(index, 0);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, PIECE);
}

const expectedHash = (): string => {
  const hash = createHash('sha256');
  for (let index = 0; index < PIECES; index++) hash.update(piece(index));
  return hash.digest('hex');
};

let server: Server | null = null;

async function serve(listener: RequestListener): Promise<string> {
  const made = createServer({ keepAliveTimeout: 2000 }, listener);
  server = made;
  await new Promise<void>((resolve) => {
    made.listen(0, '127.0.0.1', resolve);
  });
  return `http://localhost:${(made.address() as AddressInfo).port}`;
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

const make = (): Client => new Client({ transport: kernelTransport() });

describe('node:http over the kernel', () => {
  it('sends 100 MB, byte for byte', async () => {
    const url = await serve((_, response) => {
      response.setHeader('Content-Length', PIECE * PIECES);
      let index = 0;
      const more = (): void => {
        while (index < PIECES) {
          if (!response.write(piece(index++))) {
            response.once('drain', more);
            return;
          }
        }
        response.end();
      };
      more();
    });
    const client = make();
    // Looked at only when all of them are here: a piece belongs to the program for good.
    const chunks: Uint8Array[] = [];
    for await (const chunk of await client.get(url)) chunks.push(chunk);
    const hash = createHash('sha256');
    for (const chunk of chunks) hash.update(chunk);
    expect(chunks.reduce((size, chunk) => size + chunk.length, 0)).toBe(PIECE * PIECES);
    expect(hash.digest('hex')).toBe(expectedHash());
    client.abort();
  });

  it.each([
    ['chunks', {}],
    ['a length', { 'Content-Length': String(PIECE * PIECES) }],
  ])('takes 100 MB, byte for byte, in %s', async (_, headers) => {
    const url = await serve((request, response) => {
      const hash = createHash('sha256');
      request.on('data', (chunk: Buffer) => hash.update(chunk));
      request.on('end', () => response.end(hash.digest('hex')));
    });
    async function* source(): AsyncGenerator<Uint8Array> {
      for (let index = 0; index < PIECES; index++) yield piece(index);
    }
    const client = make();
    const response = await client.put(url, source(), { headers });
    expect(await response.text()).toBe(expectedHash());
    client.abort();
  });

  it('keeps connections, and outlives the server closing them', async () => {
    const sockets = new Set<Socket>();
    const url = await serve((request, response) => {
      sockets.add(request.socket);
      response.end(request.url);
    });
    const client = make();
    for (let n = 0; n < 20; n++) {
      expect(await (await client.get(`${url}/${n}`)).text()).toBe(`/${n}`);
    }
    expect(sockets.size).toBe(1);
    server?.closeIdleConnections();
    // Whether the end has arrived or not: the request is repeated, or not sent there at all.
    expect(await (await client.get(`${url}/again`)).text()).toBe('/again');
    client.abort();
  });

  it('sends no POST on a connection that the server has closed already [RFC 9110 9.2.2]', async () => {
    const sockets: Socket[] = [];
    const url = await serve((request, response) => {
      sockets.push(request.socket);
      request.pipe(response);
    });
    const client = make();
    for (let round = 0; round < 20; round++) {
      // The end is in the kernel's hands, and nobody has told the client.
      sockets.pop()?.destroy();
      expect(await (await client.post(url, `round ${round}`)).text()).toBe(`round ${round}`);
    }
    await client.close();
  });

  it('carries many requests at once', async () => {
    const url = await serve((request, response) => {
      request.pipe(response);
    });
    const client = make();
    const texts = Array.from({ length: 200 }, (_, n) => `body ${n} `.repeat(1000));
    const answers = await Promise.all(
      texts.map(async (text) => (await client.post(url, text)).text()),
    );
    expect(answers).toEqual(texts);
    expect(client.connections).toBeLessThanOrEqual(16);
    await client.close();
    expect(client.connections).toBe(0);
  });

  it('is asked before it is sent the content', async () => {
    const url = await serve(() => {});
    server?.on('checkContinue', (request, response) => {
      response.writeContinue();
      request.pipe(response);
    });
    const client = make();
    const response = await client.post(url, 'worth waiting', { expectContinue: 5000 });
    expect(await response.text()).toBe('worth waiting');
    client.abort();
  });

  it('sends interim responses and trailers', async () => {
    const url = await serve((_, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      response.writeHead(200, { Trailer: 'X-Sum' });
      response.write('content');
      response.addTrailers({ 'X-Sum': '7' });
      response.end();
    });
    const interim: number[] = [];
    const client = make();
    const response = await client.get(url, { onInterim: ({ status }) => interim.push(status) });
    expect(await response.text()).toBe('content');
    expect(interim).toEqual([103]);
    expect(response.trailers?.get('x-sum')).toBe('7');
    client.abort();
  });

  it('is held back by a program that reads slowly', async () => {
    let written = 0;
    const url = await serve((_, response) => {
      const chunk = new Uint8Array(PIECE);
      const more = (): void => {
        while (written < 64 * PIECE) {
          written += PIECE;
          if (!response.write(chunk)) {
            response.once('drain', more);
            return;
          }
        }
        response.end();
      };
      more();
    });
    const client = make();
    const response = await client.get(url);
    for (let turn = 0; turn < 300; turn++) await new Promise((resolve) => setImmediate(resolve));
    // What fits into the kernel's buffers and ours, and no more.
    expect(written).toBeLessThan(32 * PIECE);
    expect((await response.bytes()).length).toBe(64 * PIECE);
    client.abort();
  });
});

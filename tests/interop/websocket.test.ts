/**
 * Our WebSocket against those of others, on the kernel's TCP on 127.0.0.1: the package `ws` at either
 * end, with every way to agree on compression, and headless Chromium.
 */

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Response } from '@netlayers/http';
import { kernelTransport } from '@netlayers/kernel';
import { Server } from '@netlayers/server';
import { seededRandom } from '@netlayers/testkit';
import {
  type AcceptOptions,
  acceptWebSocket,
  type CloseInfo,
  type ConnectOptions,
  openWebSocket,
  type WebSocketStream,
} from '@netlayers/websocket';
import { nodeDeflate } from '@netlayers/websocket/node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type PerMessageDeflateOptions, WebSocket, WebSocketServer } from 'ws';
import { lacks, start, stop } from '../support/tools.js';

const codec = nodeDeflate();
const transport = kernelTransport();
const HOST = '127.0.0.1';

/** What the two ends of a connection say about compression: ours, and that of `ws`. */
const AGREEMENTS: readonly [
  string,
  AcceptOptions & ConnectOptions,
  boolean | PerMessageDeflateOptions,
][] = [
  ['none', {}, false],
  ['ours alone', { deflate: { codec } }, false],
  ['theirs alone', {}, true],
  ['both', { deflate: { codec, thresholdBytes: 0 } }, { threshold: 0 }],
  [
    'both, begun anew',
    {
      deflate: {
        codec,
        thresholdBytes: 0,
        serverNoContextTakeover: true,
        clientNoContextTakeover: true,
      },
    },
    { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true },
  ],
  [
    'both, with small windows',
    { deflate: { codec, thresholdBytes: 0, serverMaxWindowBits: 9, clientMaxWindowBits: 10 } },
    // A server of ws refuses who asks it for a window smaller than its own option.
    { threshold: 0, serverMaxWindowBits: 9, clientMaxWindowBits: 9 },
  ],
];

/** Text and octets of every length that is framed in another way, some of which compress. */
function someMessages(): (string | Buffer)[] {
  const random = seededRandom(8);
  const lengths = [0, 1, 125, 126, 1000, 65_535, 65_536, 300_000];
  return lengths.flatMap((length) => [
    Buffer.from(random.bytes(length)),
    Buffer.alloc(length, 'µ€𤭢'),
    'wörd '.repeat(length / 5),
  ]);
}

const bytesOf = (message: string | Uint8Array | null): Buffer => Buffer.from(message ?? 'nothing');

async function ourServer(
  handler: (socket: WebSocketStream) => void | Promise<void>,
  options: AcceptOptions = {},
): Promise<string> {
  const server = new Server()
    .upgrade('websocket', (request) => acceptWebSocket(request, handler, options))
    .route('GET', '/', () => Response.html('<!doctype html><script src="/program.js"></script>'))
    .route('GET', '/program.js', () =>
      new Response(200, { 'Content-Type': 'text/javascript' }).body(PROGRAM),
    );
  const { port } = await server.listen(transport, { host: HOST, port: 0 });
  onTestFinished(() => server.close({ deadlineMs: 0 }));
  return `ws://${HOST}:${port}/`;
}

async function theirServer(perMessageDeflate: boolean | PerMessageDeflateOptions): Promise<string> {
  const server = new WebSocketServer({
    host: HOST,
    port: 0,
    perMessageDeflate,
    handleProtocols: () => 'b',
  });
  server.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return `ws://${HOST}:${(server.address() as AddressInfo).port}/`;
}

const echo = async (socket: WebSocketStream): Promise<void> => {
  for await (const message of socket) await socket.send(message);
};

describe('a client of ws and our server', () => {
  for (const [what, ours, theirs] of AGREEMENTS) {
    it(`exchange messages, compression: ${what} [RFC 7692 7.2]`, async () => {
      const url = await ourServer(echo, ours);
      const socket = new WebSocket(url, { perMessageDeflate: theirs });
      await once(socket, 'open');
      expect(socket.extensions !== '').toBe(ours.deflate !== undefined && theirs !== false);
      for (const message of someMessages()) {
        socket.send(message);
        const [data, isBinary] = await once(socket, 'message');
        expect(isBinary).toBe(typeof message !== 'string');
        expect(bytesOf(data).equals(bytesOf(message))).toBe(true);
      }
      // In fragments of their making.
      const half = 'fragment '.repeat(2000);
      socket.send(half, { fin: false });
      socket.send(half, { fin: true });
      expect(`${(await once(socket, 'message'))[0]}`).toBe(half + half);
      socket.close(3210, 'enough');
      const [code, reason] = await once(socket, 'close');
      expect([code, `${reason}`]).toEqual([3210, '']);
    });
  }

  it('close from our side, with a code and a reason [RFC 6455 7.1]', async () => {
    let closed: Promise<CloseInfo> | null = null;
    const url = await ourServer((socket) => {
      closed = socket.close(4001, 'Grüße');
    });
    const [code, reason] = await once(new WebSocket(url), 'close');
    expect([code, `${reason}`]).toEqual([4001, 'Grüße']);
    expect(await closed).toEqual({ code: 4001, reason: 'Grüße', wasClean: true, error: null });
  });

  it('ping each other, and agree on a subprotocol [RFC 6455 5.5.2]', async () => {
    let time = Number.NaN;
    const url = await ourServer(
      async (socket) => {
        time = await socket.ping();
        await echo(socket);
      },
      { protocols: ['b', 'a'] },
    );
    const socket = new WebSocket(url, ['a', 'b']);
    await once(socket, 'open');
    expect(socket.protocol).toBe('a');
    socket.ping('are you there');
    expect(`${(await once(socket, 'pong'))[0]}`).toBe('are you there');
    expect(time).toBeGreaterThan(0);
    socket.terminate();
  });

  it('see that a message is too large [RFC 6455 7.4.1]', async () => {
    const url = await ourServer(echo, { limits: { messageBytes: 1000 }, deflate: { codec } });
    for (const perMessageDeflate of [false, { threshold: 0 }]) {
      const socket = new WebSocket(url, { perMessageDeflate });
      await once(socket, 'open');
      socket.send(Buffer.alloc(1001));
      expect((await once(socket, 'close'))[0]).toBe(1009);
    }
  });

  it('hold each other back: a megabyte a message, much more than anybody keeps', async () => {
    let largest = 0;
    const url = await ourServer(async (socket) => {
      for await (const message of socket) {
        await socket.send(message);
        largest = Math.max(largest, socket.bufferedAmount);
      }
    });
    const socket = new WebSocket(url);
    await once(socket, 'open');
    const count = 40;
    const data = Buffer.alloc(1 << 20, 7);
    for (let n = 0; n < count; n++) socket.send(data);
    for (let n = 0; n < count; n++) {
      const [back] = await once(socket, 'message');
      expect(bytesOf(back).length).toBe(data.length);
      // It reads nothing more while this goes round.
      socket.pause();
      await new Promise((resolve) => setImmediate(resolve));
      socket.resume();
    }
    // Never more than a message or so above the stream's mark.
    expect(largest).toBeLessThan(8 << 20);
    socket.terminate();
  });
});

describe('our client and a server of ws', () => {
  for (const [what, ours, theirs] of AGREEMENTS) {
    it(`exchange messages, compression: ${what} [RFC 7692 7.2]`, async () => {
      const socket = await openWebSocket(transport, await theirServer(theirs), {
        ...ours,
        protocols: ['a', 'b'],
      });
      expect(socket.protocol).toBe('b');
      expect(socket.isCompressed).toBe(ours.deflate !== undefined && theirs !== false);
      for (const message of someMessages()) {
        await socket.send(message);
        const back = await socket.receive();
        expect(typeof back).toBe(typeof message === 'string' ? 'string' : 'object');
        expect(bytesOf(back).equals(bytesOf(message))).toBe(true);
      }
      async function* pieces() {
        for (let n = 0; n < 5; n++) yield `piece ${n} `.repeat(100);
      }
      await socket.sendPieces('text', pieces());
      expect((await socket.receive())?.length).toBe(5 * 800);
      expect(await socket.ping()).toBeGreaterThan(0);
      expect(await socket.close(3210, 'enough')).toMatchObject({ code: 3210, wasClean: true });
    });
  }

  it('say what went wrong when there is nobody, or nobody who speaks it', async () => {
    const url = await ourServer(echo, { allowsOrigin: () => false });
    await expect(openWebSocket(transport, url)).rejects.toMatchObject({
      code: 'handshake-refused',
      status: 403,
    });
    await expect(openWebSocket(transport, `ws://${HOST}:1/`)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });
});

/** What the page does: echoes of every kind, and a line of what it saw for the last message. */
const PROGRAM = `
const seen = [];
const socket = new WebSocket('ws://' + location.host + '/', ['chat', 'other']);
socket.binaryType = 'arraybuffer';
const next = () => new Promise((resolve) => { socket.onmessage = (event) => resolve(event.data); });
socket.onopen = async () => {
  seen.push(socket.protocol, socket.extensions);
  for (const length of [0, 1, 125, 126, 65535, 65536, 1000000]) {
    const text = 'a\\u00b5'.repeat(length / 2);
    let back = next();
    socket.send(text);
    if (await back !== text) seen.push('text ' + length);
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 31) >> 3);
    back = next();
    socket.send(bytes);
    const received = new Uint8Array(await back);
    if (received.length !== length || received.some((byte, at) => byte !== bytes[at])) seen.push('bytes ' + length);
  }
  socket.send('done ' + JSON.stringify(seen));
};
socket.onclose = (event) => {
  fetch('/', { method: 'HEAD' });
  const again = new WebSocket('ws://' + location.host + '/');
  again.onopen = () => again.send('closed ' + JSON.stringify([event.code, event.reason, event.wasClean]));
};
`;

describe.skipIf(lacks('chromium'))('headless Chromium and our server', () => {
  it('exchange messages, compressed, and close in good order', { timeout: 60_000 }, async () => {
    const lines: string[] = [];
    let finish = (): void => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const url = await ourServer(
      async (socket) => {
        for await (const message of socket) {
          if (typeof message === 'string' && /^(done|closed) /.test(message)) {
            lines.push(message);
            if (message.startsWith('closed')) finish();
            else void socket.close(4321, 'Grüße');
          } else await socket.send(message);
        }
      },
      { protocols: ['chat'], deflate: { codec, serverMaxWindowBits: 12, clientMaxWindowBits: 11 } },
    );
    const profile = mkdtempSync(join(tmpdir(), 'netlayers-chromium-'));
    const flags = ['headless', 'no-sandbox', 'disable-gpu', 'disable-quic', 'no-first-run'];
    const quiet = ['disable-background-networking', 'disable-component-update', 'disable-sync'];
    const options = [...flags, ...quiet, `user-data-dir=${profile}`].map((flag) => `--${flag}`);
    const browser = start('chromium', [...options, url.replace('ws:', 'http:')]);
    browser.stdout?.resume();
    browser.stderr?.resume();
    const gone = once(browser, 'close');
    try {
      await finished;
    } finally {
      await stop(browser);
      await gone;
      rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    }
    const extensions = 'permessage-deflate; server_max_window_bits=12; client_max_window_bits=11';
    expect(lines).toEqual([
      `done ${JSON.stringify(['chat', extensions])}`,
      `closed ${JSON.stringify([4321, 'Grüße', true])}`,
    ]);
  });
});

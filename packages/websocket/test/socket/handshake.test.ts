import { Headers, Response } from '@netlayers/http';
import { ManualClock, MemoryTransport } from '@netlayers/testkit';
import {
  acceptOf,
  acceptWebSocket,
  connectWebSocket,
  negotiateWebSocket,
  openWebSocket,
} from '@netlayers/websocket';
import { describe, expect, it } from 'vitest';
import { frame } from '../support/frames.js';
import { openPair, pass, serveStream, settle } from '../support/web.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A server that answers every request with what a function makes of it. */
async function answering(answer: (request: string) => string | Uint8Array | null) {
  const clock = new ManualClock();
  const transport = new MemoryTransport();
  let closed = false;
  await transport.listen({ port: 80 }, (stream) => {
    let seen = '';
    stream.setHandler({
      handleData: (buf, start, end) => {
        seen += Buffer.from(buf.subarray(start, end)).toString('latin1');
        if (!seen.endsWith('\r\n\r\n')) return;
        const bytes = answer(seen);
        if (bytes === null) stream.end();
        else stream.write(typeof bytes === 'string' ? text(bytes) : bytes);
      },
      handleEnd: () => {},
      handleDrain: () => {},
      handleClose: () => {
        closed = true;
      },
    });
  });
  return { transport, clock, isClosed: () => closed };
}

const accepting = (request: string): string => {
  const key = /sec-websocket-key: (\S+)/i.exec(request)?.[1] ?? '';
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptOf(key)}\r\n\r\n`;
};

describe('a client', () => {
  it('takes frames that come with the answer [RFC 6455 4.1]', async () => {
    const { transport, clock } = await answering((request) =>
      Buffer.concat([
        text(accepting(request)),
        frame({ opcode: 1, payload: 'hello' }),
        frame({ opcode: 1, payload: 'again' }),
      ]),
    );
    const socket = await openWebSocket(transport, 'ws://a.test/', { clock });
    expect([await socket.receive(), await socket.receive()]).toEqual(['hello', 'again']);
    expect([socket.remoteAddress, socket.remotePort]).toEqual(['a.test', 80]);
    expect(socket.localPort).toBeGreaterThan(0);
  });

  const refused: [string, (request: string) => string | null, object][] = [
    [
      'another status',
      () => 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n',
      { code: 'handshake-refused', status: 403 },
    ],
    [
      'a redirection',
      () => 'HTTP/1.1 302 Found\r\nLocation: ws://b/\r\nContent-Length: 0\r\n\r\n',
      { code: 'handshake-refused', status: 302 },
    ],
    [
      'another accept',
      (request) => accepting(request).replace(/Accept: ..../, 'Accept: AAAA'),
      { code: 'invalid-handshake' },
    ],
    ['no HTTP', () => 'SSH-2.0-x\r\n\r\n', { name: 'HttpProtocolError' }],
    ['an end', () => null, { code: 'closed' }],
  ];
  for (const [what, answer, error] of refused) {
    it(`refuses ${what}, and resets the connection [RFC 6455 4.1]`, async () => {
      const { transport, clock, isClosed } = await answering(answer);
      await expect(openWebSocket(transport, 'ws://a.test/', { clock })).rejects.toMatchObject(
        error,
      );
      await settle();
      expect(isClosed()).toBe(true);
      expect(clock.nextTimer()).toBe(Number.POSITIVE_INFINITY);
    });
  }

  it('does not wait for an answer for ever [RFC 6455 4.1]', async () => {
    const { transport, clock, isClosed } = await answering(() => '');
    const opening = openWebSocket(transport, 'ws://a.test/', { clock, handshakeTimeoutMs: 3000 });
    const outcome = opening.catch((error) => error.code);
    await settle();
    await pass(clock, 2000);
    expect(isClosed()).toBe(false);
    await pass(clock, 2000);
    expect(await outcome).toBe('timeout');
    await settle();
    expect(isClosed()).toBe(true);
  });

  it('gives up when its signal says so', async () => {
    const { transport, clock, isClosed } = await answering(() => '');
    const controller = new AbortController();
    const opening = openWebSocket(transport, 'ws://a.test/', { clock, signal: controller.signal });
    const outcome = opening.catch((error) => error);
    await settle();
    const why = new Error('why');
    controller.abort(why);
    expect(await outcome).toBe(why);
    await settle();
    expect(isClosed()).toBe(true);
    const stream = await transport.connect({ host: 'a.test', port: 80 });
    await expect(
      connectWebSocket(stream, 'ws://a.test/', { signal: controller.signal }),
    ).rejects.toBe(why);
  });

  it('refuses options that are none', async () => {
    const { transport } = await answering(() => null);
    const opened = openWebSocket(transport, 'ws://a.test/', { protocol: 'x' } as never);
    await expect(opened).rejects.toThrow(
      new TypeError('connectWebSocket has no option protocol; is it protocols?'),
    );
  });

  it('refuses URLs that are none before it connects', async () => {
    const { transport } = await answering(() => '');
    await expect(openWebSocket(transport, 'ftp://a/')).rejects.toMatchObject({
      code: 'invalid-argument',
    });
    expect(transport.connections).toBe(0);
  });
});

describe('a server', () => {
  it('agrees on a subprotocol with its client [RFC 6455 4.2.2]', async () => {
    const { client, server } = await openPair({
      client: { protocols: ['b', 'a'] },
      server: { protocols: ['a', 'b'] },
    });
    expect([client.protocol, server.protocol]).toEqual(['b', 'b']);
  });

  it('takes frames that come with the request, after its handler was called', async () => {
    const clock = new ManualClock();
    const transport = new MemoryTransport();
    const seen: unknown[] = [];
    await transport.listen({ port: 80 }, (stream) =>
      serveStream(
        stream,
        (socket) => {
          socket.onmessage = (message) => seen.push(message);
        },
        { clock },
      ),
    );
    const stream = await transport.connect({ host: 'a', port: 80 });
    stream.setHandler({ handleData() {}, handleEnd() {}, handleDrain() {}, handleClose() {} });
    const head =
      'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
    stream.write(Buffer.concat([text(head), frame({ opcode: 1, payload: 'early', masked: true })]));
    await settle();
    expect(seen).toEqual(['early']);
  });

  it('closes with 1011 when its handler fails, at once or later, and tells', async () => {
    const errors: unknown[] = [];
    const boom = new Error('boom');
    const onError = (error: unknown): void => void errors.push(error);
    for (const handler of [
      () => {
        throw boom;
      },
      () => Promise.reject(boom),
    ]) {
      const { client, server } = await openPair({ handler, server: { onError } });
      expect((await client.closed).code).toBe(1011);
      expect((await server.closed).error).toBe(boom);
    }
    expect(errors).toEqual([boom, boom]);
  });

  it('answers other requests with a response', async () => {
    const transport = new MemoryTransport();
    await transport.listen({ port: 80 }, (stream) => serveStream(stream, () => {}, {}));
    const stream = await transport.connect({ host: 'a', port: 80 });
    let answer = '';
    stream.setHandler({
      handleData: (buf, start, end) => {
        answer += Buffer.from(buf.subarray(start, end)).toString('latin1');
      },
      handleEnd() {},
      handleDrain() {},
      handleClose() {},
    });
    stream.write(text('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
    await settle();
    expect(answer).toMatch(/^HTTP\/1.1 426 Upgrade Required\r\n/);
    expect(answer).toMatch(/\r\nUpgrade: websocket\r\n/i);
    expect(answer).toMatch(/\r\nSec-WebSocket-Version: 13\r\n/);
  });

  it('lets the request make the agreement its answer, and gives refusals back', () => {
    const key = 'dGhlIHNhbXBsZSBub25jZQ==';
    const headers = new Headers({
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': key,
    });
    const agreement = new Response(200);
    const responses: Response[] = [];
    const upgrade = (response: Response): Response => {
      responses.push(response);
      return agreement;
    };
    const request = { method: 'GET', version: '1.1', headers, upgrade };
    expect(acceptWebSocket(request, () => {})).toBe(agreement);
    expect(responses.map(({ status }) => status)).toEqual([101]);
    expect(acceptWebSocket({ ...request, method: 'PUT' }, () => {}).status).toBe(405);
    expect(responses.length).toBe(1);
  });

  it('leaves with 1001 when the server closes, and says when it is over [RFC 6455 7.4.1]', async () => {
    const closing = new AbortController();
    const { client, server } = await openPair({
      draining: closing.signal,
      handler: (socket) => void socket.send('hello'),
    });
    await settle();
    expect([client.readyState, server.readyState]).toEqual(['open', 'open']);
    closing.abort();
    expect(await client.closed).toMatchObject({ code: 1001, wasClean: true });
    expect(await client.receive()).toBe('hello');
    expect(await server.closed).toMatchObject({ code: 1001, wasClean: true });
    const late = await openPair({ draining: closing.signal });
    expect(await late.client.closed).toMatchObject({ code: 1001, wasClean: true });
  });

  it('refuses options that are none', () => {
    const request = { method: 'GET', version: '1.1', headers: new Response().headers };
    expect(() => negotiateWebSocket(request, () => {}, { keepAliveMs: -1 })).toThrow(RangeError);
    expect(() => negotiateWebSocket(request, () => {}, { keepAlive: 1 } as never)).toThrow(
      new TypeError('acceptWebSocket has no option keepAlive; is it keepAliveMs?'),
    );
    const limits = { messageByte: 1 } as never;
    expect(() => negotiateWebSocket(request, () => {}, { limits })).toThrow('is it messageBytes?');
  });
});

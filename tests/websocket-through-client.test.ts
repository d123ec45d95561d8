/**
 * WebSockets that are opened by requests of a client: with its connections, TLS, proxies, cookies,
 * credentials and time-outs.
 */

import { createHash } from 'node:crypto';
import {
  basicAuthentication,
  Client,
  type ClientOptions,
  digestAuthentication,
} from '@netlayers/client';
import { Response, type Transport } from '@netlayers/http';
import { kernelTransport } from '@netlayers/kernel';
import { http2, http2Client, tlsTransport } from '@netlayers/node';
import { connectProxy } from '@netlayers/proxy';
import { Server, type ServerRequest } from '@netlayers/server';
import { createNetwork } from '@netlayers/sim';
import { ManualClock, MemoryTransport, selfSigned } from '@netlayers/testkit';
import { acceptWebSocket, requestWebSocket, type WebSocketStream } from '@netlayers/websocket';
import { nodeDeflate } from '@netlayers/websocket/node';
import { describe, expect, it } from 'vitest';

const identity = selfSigned();
const deflate = { codec: nodeDeflate() };

/** A server that says back what it is told, and remembers how it was asked. */
function echoing(seen: ServerRequest[], refuse: (request: ServerRequest) => Response | null) {
  return new Server()
    .upgrade('websocket', (request) => {
      seen.push(request);
      const refusal = refuse(request);
      if (refusal !== null) return refusal;
      return acceptWebSocket(
        request,
        async (socket) => {
          for await (const message of socket) await socket.send(`you said ${message}`);
        },
        { deflate, protocols: ['chat'] },
      );
    })
    .route('GET', '/login', () => Response.text('in').header('Set-Cookie', 'who=ann; Path=/'));
}

async function exchange(socket: WebSocketStream): Promise<unknown> {
  await socket.send('hello');
  const message = await socket.receive();
  await socket.close();
  return message;
}

/** Runs with a server in memory and a client of these options. */
async function inMemory(
  refuse: (request: ServerRequest) => Response | null,
  program: (client: Client, seen: ServerRequest[], transport: MemoryTransport) => Promise<void>,
  options: Partial<ClientOptions> = {},
): Promise<void> {
  const transport = new MemoryTransport();
  const seen: ServerRequest[] = [];
  const server = echoing(seen, refuse);
  await server.listen(transport as Transport, { port: 80 });
  const client = new Client({ transport: transport as Transport, ...options });
  await program(client, seen, transport);
  client.abort();
  await server.close({ deadlineMs: 0 });
}

const nobody = (): null => null;

describe('a WebSocket through a client', () => {
  it('speaks, compressed, with what was agreed on [RFC 6455 4.1]', () =>
    inMemory(nobody, async (client, seen) => {
      const options = { deflate, protocols: ['chat'], headers: { Origin: 'http://a.test' } };
      const socket = await requestWebSocket(client, 'ws://a.test/room?x=1', options);
      expect([socket.protocol, socket.isCompressed]).toEqual(['chat', true]);
      expect(await exchange(socket)).toBe('you said hello');
      expect(seen[0]?.target).toBe('/room?x=1');
      expect(seen[0]?.headers.get('origin')).toBe('http://a.test');
      expect(client.connections).toBe(0);
    }));

  it('takes the cookies of its client along, and leaves some [RFC 6455 4.1]', async () => {
    let kept = '';
    const cookies = {
      getCookieString: async () => kept,
      setCookie: async (line: string) => {
        kept = line.replace(/;.*/, '');
      },
    };
    await inMemory(
      nobody,
      async (client, seen) => {
        await (await client.get('http://a.test/login')).text();
        expect(await exchange(await requestWebSocket(client, 'ws://a.test/'))).toBe(
          'you said hello',
        );
        expect(seen[0]?.headers.get('cookie')).toBe('who=ann');
      },
      { cookies },
    );
  });

  const wants =
    (challenge: string, isRight: (said: string) => boolean) => (request: ServerRequest) =>
      isRight(request.headers.get('authorization') ?? '')
        ? null
        : new Response(401).header('WWW-Authenticate', challenge);

  it.each([
    ['Basic realm="r"', /^Basic /, basicAuthentication],
    [
      'Digest realm="r", nonce="n", qop="auth"',
      /^Digest .*uri="\/"/,
      (who: { origin: string; username: string; password: string }) =>
        digestAuthentication({
          ...who,
          md5: (octets) => createHash('md5').update(octets).digest(),
        }),
    ],
  ])('answers a server that asks %s [RFC 6455 4.1]', (challenge, right, answering) =>
    inMemory(
      wants(challenge, (said) => right.test(said)),
      async (client, seen) => {
        expect(await exchange(await requestWebSocket(client, 'ws://a.test/'))).toBe(
          'you said hello',
        );
        expect(seen).toHaveLength(2);
      },
      { interceptors: [answering({ origin: 'http://a.test', username: 'ann', password: 'x' })] },
    ),
  );

  it('that is refused says how, and leaves the connection [RFC 6455 4.1]', () =>
    inMemory(
      () => new Response(403).body('no'),
      async (client) => {
        await expect(requestWebSocket(client, 'ws://a.test/')).rejects.toMatchObject({
          code: 'handshake-refused',
          status: 403,
        });
        expect(await (await client.get('http://a.test/login')).text()).toBe('in');
      },
    ));

  it('whose server proves nothing is refused [RFC 6455 4.2.2]', () =>
    inMemory(nobody, async (client, _seen, transport) => {
      let isOver = false;
      await transport.listen({ host: 'liar.test', port: 80 }, (stream) => {
        stream.setHandler({
          handleData: () => {
            const head = 'HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
            stream.write(Buffer.from(head));
          },
          handleEnd() {},
          handleDrain() {},
          handleClose: () => {
            isOver = true;
          },
        });
      });
      await expect(requestWebSocket(client, 'ws://liar.test/')).rejects.toMatchObject({
        code: 'invalid-handshake',
      });
      await new Promise((resolve) => setImmediate(resolve));
      expect(isOver).toBe(true);
    }));

  it('that is not answered is given up in time, or by its signal', async () => {
    const transport = new MemoryTransport({ schedule: queueMicrotask });
    await transport.listen({ port: 80 }, (stream) =>
      stream.setHandler({ handleData() {}, handleEnd() {}, handleDrain() {}, handleClose() {} }),
    );
    const clock = new ManualClock();
    const client = new Client({ transport: transport as Transport, clock });
    const late = requestWebSocket(client, 'ws://a.test/', { handshakeTimeoutMs: 1000 });
    late.catch(() => {});
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(1000);
    await expect(late).rejects.toMatchObject({ code: 'total-timeout' });
    const controller = new AbortController();
    const { signal } = controller;
    const given = requestWebSocket(client, 'ws://a.test/', { signal });
    controller.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
  });

  it.each([['ws'], ['wss']])(
    'goes through a proxy in a tunnel: %s [RFC 6455 4.1]',
    async (scheme) => {
      const kernel = kernelTransport();
      const seen: ServerRequest[] = [];
      const server = echoing(seen, nobody).speak(http2());
      const secured = { identity, ca: identity.cert, servername: 'localhost' };
      const alpn = ['h2', 'http/1.1'];
      const carrier = scheme === 'ws' ? kernel : tlsTransport(kernel, { ...secured, alpn });
      const { port } = await server.listen(carrier, { host: '127.0.0.1', port: 0 });
      const asked: number[] = [];
      const allow = (target: { readonly port: number }): boolean => asked.push(target.port) > 0;
      const proxy = new Server().connect(connectProxy({ transport: kernel, allow }));
      const at = await proxy.listen(kernel, { host: '127.0.0.1', port: 0 });
      const client = new Client({
        transport: kernel,
        proxy: `http://127.0.0.1:${at.port}`,
        secureTransport: (inner) => tlsTransport(inner, secured),
        protocols: [http2Client()],
      });
      const socket = await requestWebSocket(client, `${scheme}://127.0.0.1:${port}/`);
      expect(await exchange(socket)).toBe('you said hello');
      expect(seen[0]?.version).toBe('1.1');
      expect(asked).toEqual([port]);
      client.abort();
      await proxy.close({ deadlineMs: 0 });
      await server.close({ deadlineMs: 0 });
    },
  );

  it('runs over our TCP in virtual time', async () => {
    const network = createNetwork({ seed: 5 });
    const { clock } = network;
    const far = network.host({ name: 'server.test', address: '10.0.0.1' });
    const near = network.host({ address: '10.0.0.2' });
    network.link(near, far, { delayMs: 20, loss: 0.05 });
    await network.run(async () => {
      const server = echoing([], nobody);
      await server.listen(far.transport, { port: 80 });
      const client = new Client({ transport: near.transport, clock });
      const socket = await requestWebSocket(client, 'ws://10.0.0.1/', { clock });
      expect(await exchange(socket)).toBe('you said hello');
      client.abort();
    });
  });
});

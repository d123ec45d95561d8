/**
 * What the client does with servers that are not kind, the same on a pipe in memory, on the kernel's
 * TCP and on ours. Nothing here waits for time to pass: who could know is not waited for.
 */

import { deflateRawSync } from 'node:zlib';
import { Client, type ClientOptions } from '@netlayers/client';
import type { ByteStream, Transport } from '@netlayers/http';
import { kernelTransport } from '@netlayers/kernel';
import { createNetwork } from '@netlayers/sim';
import { MemoryTransport } from '@netlayers/testkit';
import { describe, expect, it, vi } from 'vitest';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** A server that answers by hand: told of each connection what it has received so far. */
type Script = (stream: ByteStream, received: string, index: number) => void;

interface Place {
  readonly client: Client;
  /** `http://host:port` of a new server. */
  serve(script: Script): Promise<string>;
  /** Waits until the client keeps no connection. */
  untilNoneIsKept(): Promise<void>;
}

async function listen(transport: Transport, host: string, script: Script): Promise<number> {
  let connections = 0;
  const listener = await transport.listen({ host, port: 0 }, (stream) => {
    const index = connections++;
    let received = '';
    stream.setHandler({
      handleData: (buf, start, end) => {
        received += String.fromCharCode(...buf.subarray(start, end));
        script(stream, received, index);
      },
      handleEnd: () => stream.end(),
      handleDrain: () => {},
      handleClose: () => {},
    });
  });
  return listener.port;
}

type Run = (
  program: (place: Place) => Promise<void>,
  options?: Partial<ClientOptions>,
) => Promise<void>;

async function onHost(
  server: Transport,
  near: Transport,
  program: (place: Place) => Promise<void>,
  options: Partial<ClientOptions> = {},
): Promise<void> {
  const client = new Client({ transport: near, ...options });
  try {
    await program({
      client,
      serve: async (script) => `http://127.0.0.1:${await listen(server, '127.0.0.1', script)}`,
      untilNoneIsKept: () => vi.waitFor(() => expect(client.connections).toBe(0)),
    });
  } finally {
    client.abort();
    await server.close();
  }
}

const inMemory: Run = (program, options) => {
  const transport = new MemoryTransport();
  return onHost(transport, transport, program, options);
};

const onKernel: Run = (program, options) =>
  onHost(kernelTransport(), kernelTransport(), program, options);

const onOurs: Run = async (program, options = {}) => {
  const network = createNetwork({ seed: 1 });
  const far = network.host({ address: '10.0.0.1' });
  const near = network.host({ address: '10.0.0.2' });
  network.link(near, far, { delayMs: 20 });
  await network.run(async () => {
    const client = new Client({ transport: near.transport, clock: network.clock, ...options });
    await program({
      client,
      serve: async (script) => `http://10.0.0.1:${await listen(far.transport, '10.0.0.1', script)}`,
      untilNoneIsKept: async () => {
        while (client.connections > 0) await network.sleep(1);
      },
    });
    client.abort();
  });
};

const ok = (content: string, fields = ''): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\n${fields}\r\n${content}`;

/** Answers each connection once, when a head has come. */
const once =
  (answer: string): Script =>
  (stream, received) => {
    if (received.endsWith('\r\n\r\n')) stream.write(latin1(answer));
  };

describe.each<[string, Run]>([
  ['a pipe in memory', inMemory],
  ["the kernel's TCP", onKernel],
  ['our TCP', onOurs],
])('the client on %s', (_, run) => {
  it('follows a redirection whose content does not end, at once [RFC 9110 15.4]', () =>
    run(async ({ client, serve }) => {
      const origin = await serve((stream, received) => {
        const head = 'HTTP/1.1 302 Found\r\nLocation: /2\r\nTransfer-Encoding: chunked\r\n\r\n';
        stream.write(latin1(received.startsWith('GET /2') ? ok('here') : head));
      });
      expect(await (await client.get(origin)).text()).toBe('here');
    }));

  it('gives up on interim responses without end [RFC 9110 15.2]', () =>
    run(async ({ client, serve }) => {
      const origin = await serve(once('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(500)));
      await expect(client.get(origin)).rejects.toMatchObject({
        name: 'ClientError',
        code: 'too-many-interim-responses',
      });
      expect(client.connections).toBe(0);
    }));

  it('reads a head of 4,000 fields, and what others write [RFC 9112 7.1.1]', () =>
    run(
      async ({ client, serve }) => {
        const content = deflateRawSync('raw');
        const fields = Array.from({ length: 4000 }, (_, n) => `X-${n}: ${n}\r\n`).join('');
        const chunk = `${content.length.toString(16)}  ;\r\n${String.fromCharCode(...content)}\r\n`;
        const origin = await serve(
          once(
            `HTTP/1.1 200\r\nContent-Encoding: deflate\r\nTransfer-Encoding: chunked\r\n${fields}\r\n${chunk}0 \r\n\r\n`,
          ),
        );
        const response = await client.get(origin);
        expect(response.headers.size).toBe(4002);
        expect(await response.text()).toBe('raw');
      },
      { decompress: true },
    ));

  it('gives what a server says that refuses an upload in its middle [RFC 9112 9.5]', () =>
    run(async ({ client, serve }) => {
      const origin = await serve((stream, received) => {
        if (received.length < 1000) return;
        stream.pause();
        stream.write(latin1('HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno!'));
      });
      let released = false;
      async function* endless(): AsyncGenerator<Uint8Array> {
        try {
          for (;;) yield new Uint8Array(5000);
        } finally {
          released = true;
        }
      }
      const response = await client.post(origin, endless());
      expect([response.status, await response.text()]).toEqual([413, 'no!']);
      expect(released).toBe(true);
      expect(client.connections).toBe(0);
    }));

  it('uses no connection that the server has closed [RFC 9112 9.6]', () =>
    run(async ({ client, serve, untilNoneIsKept }) => {
      const connections = new Set<number>();
      const origin = await serve((stream, received, index) => {
        if (!received.endsWith('x')) return;
        connections.add(index);
        stream.write(latin1(ok('last')));
        stream.end();
      });
      for (let i = 0; i < 3; i++) {
        expect(await (await client.post(origin, 'x')).text()).toBe('last');
        await untilNoneIsKept();
      }
      expect(connections.size).toBe(3);
    }));

  it('takes nothing along to another origin that may be a secret [RFC 9110 15.4]', () =>
    run(async ({ client, serve }) => {
      let seen = '';
      const second = await serve((stream, received) => {
        seen = received;
        stream.write(latin1(ok('')));
      });
      const first = await serve(
        once(`HTTP/1.1 307 Elsewhere\r\nLocation: ${second}\r\nContent-Length: 0\r\n\r\n`),
      );
      const headers = { 'X-Api-Key': 'secret', Cookie: 'a=secret', Accept: 'text/html' };
      await client.get(first.replace('//', '//user:secret@'), { headers });
      expect(seen).toContain('Accept: text/html');
      expect(seen).not.toMatch(/secret|authorization/i);
    }));
});

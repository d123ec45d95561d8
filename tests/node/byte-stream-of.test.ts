/**
 * Streams of Node as byte streams: the shared suite over sockets on a stack, and our HTTP over streams
 * that are no sockets of ours.
 */

import { once } from 'node:events';
import { rmSync } from 'node:fs';
import net, { type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import tls from 'node:tls';
import { Client } from '@netlayers/client';
import { type ByteStream, Response, type Transport } from '@netlayers/http';
import { byteStreamOf, netOf, type StackNet } from '@netlayers/node';
import { Server } from '@netlayers/server';
import { createNetwork, type LinkOptions } from '@netlayers/sim';
import type { TcpSettings } from '@netlayers/tcp';
import { byteStreamSuite, selfSigned, type TransportFixture } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';

/** Virtual time for every retransmission that a settled network still wants to make. */
const SETTLING_MS = 20_000;

/** What Node's sockets on a stack are, as byte streams. */
class SocketTransport implements Transport {
  readonly #net: StackNet;
  readonly #servers = new Set<net.Server>();

  constructor(net: StackNet) {
    this.#net = net;
  }

  async listen(
    { port }: { readonly port: number },
    accept: (stream: ByteStream) => void,
  ): Promise<Awaited<ReturnType<Transport['listen']>>> {
    const server = this.#net.createServer({ allowHalfOpen: true }, (socket) =>
      accept(byteStreamOf(socket)),
    );
    this.#servers.add(server);
    server.listen(port, '0.0.0.0');
    await Promise.race([
      once(server, 'listening'),
      once(server, 'error').then(([error]) => Promise.reject(error)),
    ]);
    const address = server.address() as AddressInfo;
    const close = async (): Promise<void> => void server.close();
    return { address: address.address, port: address.port, close };
  }

  connect(options: Parameters<Transport['connect']>[0]): Promise<ByteStream> {
    const { host, port, signal } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const socket = this.#net.connect({ host, port, allowHalfOpen: true });
    return new Promise((resolve, reject) => {
      const aborted = (): void => {
        socket.destroy();
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', aborted);
      socket.once('error', reject);
      socket.once('connect', () => {
        signal?.removeEventListener('abort', aborted);
        socket.off('error', reject);
        resolve(byteStreamOf(socket));
      });
    });
  }

  async close(): Promise<void> {
    for (const server of this.#servers) server.close();
  }
}

let seed = 0;

function makeTransports(link: LinkOptions, tcp: Partial<TcpSettings> = {}): TransportFixture {
  const network = createNetwork({ seed: ++seed });
  const far = network.host({ address: '10.0.0.1', tcp });
  const near = network.host({ address: '10.0.0.2', tcp });
  network.link(far, near, link);
  return {
    server: new SocketTransport(netOf(far.stack)),
    client: new SocketTransport(netOf(near.stack)),
    host: far.address,
    until: (condition) => network.until(condition),
    settle: () => network.advance(SETTLING_MS),
    close: async () => {
      const closing = [far.stack.close({ drainMs: 0 }), near.stack.close({ drainMs: 0 })];
      await network.run(() => Promise.all(closing));
    },
  };
}

const tools = { describe, it, expect };

byteStreamSuite({
  name: "Node's sockets on a stack, a perfect link",
  tools,
  makeTransports: () => makeTransports({ delayMs: 1 }),
});

byteStreamSuite({
  name: "Node's sockets on a stack, a bad link",
  tools,
  makeTransports: () =>
    makeTransports(
      { delayMs: 5, jitterMs: 1, loss: 0.02, duplicate: 0.02, corrupt: 0.005 },
      { receiveBuffer: 200_000, sendBuffer: 400_000 },
    ),
  bulkBytes: 1 << 20,
  bufferLimit: 4 << 20,
  manyStreams: 30,
});

/** A Duplex that knows neither reset nor addresses, such as a channel of SSH. */
class Channel extends Duplex {
  #peer: Channel | null = null;
  #done: (() => void) | null = null;

  static pair(): [Channel, Channel] {
    const [near, far] = [new Channel(), new Channel()];
    near.#peer = far;
    far.#peer = near;
    return [near, far];
  }

  override _read(): void {
    const done = this.#done;
    this.#done = null;
    done?.();
  }

  override _write(chunk: Buffer, _: string, done: () => void): void {
    const peer = this.#peer;
    if (peer === null || peer.push(chunk)) done();
    else peer.#done = done;
  }

  override _final(done: () => void): void {
    this.#peer?.push(null);
    done();
  }
}

/** Serves one stream with our server and asks it with our client, each over the stream it is given. */
async function ask(near: Duplex, far: Duplex): Promise<string> {
  const transport = (
    accepted: Promise<(accept: (stream: ByteStream) => void) => void> | null,
    stream: Duplex,
  ): Transport => ({
    listen: async (_, accept) => {
      (await accepted)?.(accept);
      return { address: '', port: 80, close: async () => {} };
    },
    connect: async () => byteStreamOf(stream),
    close: async () => {},
  });
  const accepted = Promise.resolve((accept: (stream: ByteStream) => void) =>
    accept(byteStreamOf(far)),
  );
  const server = new Server();
  server.route('POST', '/', async (request) => new Response(200).body(await request.bytes()));
  await server.listen(transport(accepted, far), { port: 80 });
  const client = new Client({ transport: transport(null, near) });
  const body = 'netlayers '.repeat(30_000);
  const response = await client.post('http://h/', new TextEncoder().encode(body));
  const text = await response.text();
  await client.close();
  await server.close();
  expect(text === body).toBe(true);
  return `${response.status}`;
}

describe('our HTTP over streams of Node', () => {
  it('a stream that knows neither reset nor addresses', async () => {
    expect(await ask(...Channel.pair())).toBe('200');
  });

  it('a socket of the file system', async () => {
    const path = join(tmpdir(), `netlayers-${process.pid}.socket`);
    const server = net.createServer().listen(path);
    const accepted = once(server, 'connection');
    const near = net.connect(path);
    const [far] = (await accepted) as [Socket];
    expect(await ask(near, far)).toBe('200');
    server.close();
    rmSync(path, { force: true });
  });

  it('TLS', async () => {
    const certificate = selfSigned();
    const [inner, outer] = Channel.pair();
    const far = new tls.TLSSocket(outer, {
      isServer: true,
      secureContext: tls.createSecureContext(certificate),
    });
    const near = tls.connect({ socket: inner, ca: certificate.cert, servername: 'localhost' });
    await once(near, 'secureConnect');
    expect(await ask(near, far)).toBe('200');
  });

  it('refuses what is no stream of bytes', () => {
    const objects = new Duplex({ objectMode: true });
    expect(() => byteStreamOf(objects)).toThrow('a Duplex of bytes, not of objects');
    expect(() => byteStreamOf({} as never)).toThrow('byteStreamOf takes a Duplex');
    expect(() => byteStreamOf(new Channel().destroy())).toThrow('not destroyed');
    expect(() => byteStreamOf(new Channel().setEncoding('utf8'))).toThrow('setEncoding');
  });
});

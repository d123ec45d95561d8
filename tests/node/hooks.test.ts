/**
 * Programs of Node that know nothing of us, on our TCP.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net, { type AddressInfo, type Server } from 'node:net';
import tls from 'node:tls';
import { installHooks, netOf, type SocketRequest } from '@netlayers/node';
import { selfSigned } from '@netlayers/testkit';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { twoStacks } from './stacks.js';

const stacks = twoStacks();
afterAll(stacks.close);
const FAR = '10.0.0.2';
const certificate = selfSigned();
const trust = { ca: certificate.cert, servername: 'localhost' };

let requests: SocketRequest[] = [];
let uninstall = (): void => {};
const servers: Server[] = [];

beforeEach(() => {
  requests = [];
  uninstall = installHooks((request) => {
    requests.push(request);
    if (request.host === '127.0.0.1') return null;
    return request.kind === 'listen' ? stacks.far : stacks.near;
  });
});
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  uninstall();
});

async function listen(server: Server, host = FAR): Promise<number> {
  servers.push(server);
  server.listen(0, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const BODY = Buffer.alloc(300_000, 'netlayers');

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('node:net', () => {
  it('connects and listens through the host that is chosen', async () => {
    const server = net.createServer((socket) => socket.end(`${socket.remoteAddress}`));
    const port = await listen(server);
    expect(server.address()).toEqual({ address: FAR, port, family: 'IPv4' });
    const socket = net.connect(port, FAR);
    expect(await textOf(socket)).toBe('10.0.0.1');
    expect(requests).toEqual([
      { kind: 'listen', host: FAR, port: 0 },
      { kind: 'connect', host: FAR, port },
    ]);
  });

  it('leaves to the kernel what the choice leaves to it', async () => {
    const server = net.createServer((socket) => socket.end(`${socket.remoteAddress}`));
    const port = await listen(server, '127.0.0.1');
    expect(await textOf(net.connect(port, '127.0.0.1'))).toBe('127.0.0.1');
  });

  it('is as it was once the choice is taken back', async () => {
    uninstall();
    const { connect } = net.Socket.prototype;
    installHooks(() => null)();
    expect(net.Socket.prototype.connect).toBe(connect);
    expect(() => net.connect({ host: FAR, port: 80 }).destroy()).not.toThrow();
    expect(requests).toEqual([]);
  });

  it('names a hook that Node does not have, and leaves nothing behind', () => {
    uninstall();
    const prototype = net.Server.prototype as { _listen2?: unknown };
    const { _listen2: listen } = prototype;
    const { connect } = net.Socket.prototype;
    delete prototype._listen2;
    try {
      const code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
      expect(() => installHooks(() => null)).toThrow(
        expect.objectContaining({ code, message: expect.stringContaining('_listen2') }),
      );
      expect(() => netOf(stacks.near)).toThrow(/_listen2/);
      expect(net.Socket.prototype.connect).toBe(connect);
    } finally {
      prototype._listen2 = listen;
    }
  });

  it('has one socket connect twice', async () => {
    const port = await listen(net.createServer((socket) => socket.end('again')));
    const socket = new net.Socket();
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    for (let time = 0; time < 2; time++) {
      socket.connect(port, FAR);
      await once(socket, 'close');
    }
    expect(text).toBe('againagain');
  });

  it('tries the next address of a name on the same host', async () => {
    const port = await listen(net.createServer((socket) => socket.end('found')));
    const addresses = [
      { address: '2001:db8::1', family: 6 },
      { address: FAR, family: 4 },
    ];
    const lookup = (_: string, __: object, callback: (error: null, all: object[]) => void): void =>
      callback(null, addresses);
    const options = { port, host: 'far.test', lookup, autoSelectFamily: true };
    expect(await textOf(net.connect(options as never))).toBe('found');
  });

  it('tries it there also when the choice was taken back meanwhile', async () => {
    const port = await listen(net.createServer((socket) => socket.end('found')));
    const addresses = [
      { address: '2001:db8::1', family: 6 },
      { address: FAR, family: 4 },
    ];
    const lookup = (_: string, __: object, callback: (error: null, all: object[]) => void): void =>
      setImmediate(() => {
        uninstall();
        callback(null, addresses);
      }) as never;
    const options = { port, host: 'far.test', lookup, autoSelectFamily: true };
    const socket = net.connect(options as never);
    expect(await textOf(socket)).toBe('found');
  });

  it('has no way to an address of another kind', async () => {
    const socket = net.connect({ port: 80, host: '2001:db8::1' });
    const error = { code: 'ENETUNREACH', syscall: 'connect', address: '2001:db8::1', port: 80 };
    expect((await once(socket, 'error'))[0]).toMatchObject(error);
    const server = net.createServer().listen(0, '2001:db8::1');
    expect((await once(server, 'error'))[0]).toMatchObject({ code: 'EADDRNOTAVAIL' });
  });

  it('makes what a program throws an uncaught exception, and goes on', async () => {
    const caught: unknown[] = [];
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => caught.push(error.message));
    try {
      const port = await listen(net.createServer((socket) => socket.end(BODY)));
      const socket = net.connect(port, FAR);
      let length = 0;
      socket.on('data', (chunk) => {
        length += chunk.length;
        throw new Error('of the program');
      });
      await once(socket, 'close');
      expect(length).toBe(BODY.length);
      expect(new Set(caught)).toEqual(new Set(['of the program']));
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of listeners) process.on('uncaughtException', listener);
    }
  });

  it('reads into a buffer of the program', async () => {
    const port = await listen(net.createServer((socket) => socket.end('into')));
    const buffer = Buffer.alloc(16);
    let text = '';
    const callback = (length: number): boolean => {
      text += buffer.toString('latin1', 0, length);
      return true;
    };
    await once(net.connect({ port, host: FAR, onread: { buffer, callback } }), 'close');
    expect(text).toBe('into');
  });

  it('calls back where the socket was made', async () => {
    const store = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const server = net.createServer((socket) => {
      seen.push(store.getStore());
      socket.on('data', () => seen.push(store.getStore())).end('x');
    });
    const port = await store.run('server', () => listen(server));
    await store.run('client', async () => {
      const socket = net.connect(port, FAR);
      socket.on('data', () => seen.push(store.getStore()));
      socket.on('end', () => seen.push(store.getStore()));
      socket.end('y');
      await once(socket, 'close');
    });
    expect(seen.sort()).toEqual(['client', 'client', 'server', 'server']);
  });

  it('counts bytes both ways', async () => {
    const port = await listen(net.createServer((socket) => socket.end(BODY)));
    const socket = net.connect(port, FAR);
    socket.write('four');
    await textOf(socket);
    expect([socket.bytesRead, socket.bytesWritten]).toEqual([BODY.length, 4]);
  });
});

describe('node:http', () => {
  it('carries requests with bodies over one kept connection', async () => {
    const server = http.createServer((request, response) => request.pipe(response));
    const port = await listen(server);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    for (let time = 0; time < 3; time++) {
      const request = http.request({ host: FAR, port, agent, method: 'POST' });
      request.end(BODY);
      const [response] = await once(request, 'response');
      expect(await textOf(response)).toBe(BODY.toString());
    }
    agent.destroy();
    expect(requests.filter(({ kind }) => kind === 'connect')).toHaveLength(1);
  });

  it('upgrades', async () => {
    const server = http.createServer().on('upgrade', (_, socket, head) => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\n',
      );
      socket.write(head);
      socket.pipe(socket);
    });
    const port = await listen(server);
    const headers = { connection: 'upgrade', upgrade: 'echo' };
    const request = http.get({ host: FAR, port, headers });
    const [, socket] = await once(request, 'upgrade');
    socket.end(BODY);
    expect(await textOf(socket)).toBe(BODY.toString());
  });

  it('answers every pipelined request where the end rides on the last', async () => {
    const server = http.createServer((request, response) =>
      setImmediate(() => response.end(request.url)),
    );
    const port = await listen(server);
    const socket = net.connect({ port, host: FAR, allowHalfOpen: true });
    const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`;
    socket.end(get('/first') + get('/second'));
    const text = await textOf(socket);
    expect(text).toContain('/first');
    expect(text).toContain('/second');
  });
});

describe('node:tls', () => {
  it('carries bytes both ways and loses none before the end', async () => {
    const server = tls.createServer(certificate, (socket) => socket.pipe(socket));
    const port = await listen(server);
    const socket = tls.connect({ port, host: FAR, ...trust });
    await once(socket, 'secureConnect');
    expect(socket.authorized).toBe(true);
    socket.end(BODY);
    expect(await textOf(socket)).toBe(BODY.toString());
  });

  it('wraps a socket that is connecting', async () => {
    const port = await listen(tls.createServer(certificate, (socket) => socket.end('inner')));
    const socket = tls.connect({ socket: net.connect(port, FAR), ...trust });
    expect(await textOf(socket)).toBe('inner');
  });

  it('tells both ends of a reset', async () => {
    const server = tls.createServer(certificate);
    const port = await listen(server);
    const [inner] = [net.connect(port, FAR)];
    const client = tls.connect({ socket: inner, ...trust });
    const [[accepted]] = await Promise.all([
      once(server, 'secureConnection'),
      once(client, 'secureConnect'),
    ]);
    const failed = once(accepted, 'error');
    client.on('error', () => {});
    inner.resetAndDestroy();
    expect((await failed)[0]).toMatchObject({ code: 'ECONNRESET', syscall: 'read' });
  });

  it('fails a client that made its own socket as node:net does', async () => {
    const refused = tls.connect({ port: 9, host: FAR, ...trust });
    const [error] = await once(refused, 'error');
    expect(error).toMatchObject({
      code: 'ECONNREFUSED',
      syscall: 'connect',
      address: FAR,
      port: 9,
    });
    const raw = net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const reset = tls.connect({ port: await listen(raw), host: FAR, ...trust });
    expect((await once(reset, 'error'))[0]).toMatchObject({ code: 'ECONNRESET' });
  });
});

describe('node:https and node:http2', () => {
  it('fetches over TLS, again over the same connection', async () => {
    const server = https.createServer(certificate, (request, response) => request.pipe(response));
    const port = await listen(server);
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    for (let time = 0; time < 2; time++) {
      const request = https.request({ host: FAR, port, agent, method: 'PUT', ...trust });
      request.end(BODY);
      const [response] = await once(request, 'response');
      expect(await textOf(response)).toBe(BODY.toString());
    }
    agent.destroy();
  });

  it.each(['clear text', 'TLS'])('carries streams of HTTP/2 over %s', async (kind) => {
    const echo = (stream: http2.ServerHttp2Stream): void => {
      stream.respond({ ':status': 200 });
      stream.pipe(stream);
    };
    const server = kind === 'TLS' ? http2.createSecureServer(certificate) : http2.createServer();
    server.on('stream', echo);
    const port = await listen(server as unknown as Server);
    const scheme = kind === 'TLS' ? 'https' : 'http';
    const session = http2.connect(`${scheme}://${FAR}:${port}`, trust);
    const bodies = Array.from({ length: 5 }, () => {
      const stream = session.request({ ':method': 'POST' });
      stream.end(BODY);
      return textOf(stream);
    });
    for (const body of await Promise.all(bodies)) expect(body).toBe(BODY.toString());
    session.close();
    await once(session, 'close');
  });
});

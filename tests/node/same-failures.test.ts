/**
 * What programs above sockets see of a connection that breaks: the same on the kernel's TCP and on ours.
 */

import { type EventEmitter, once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import tls from 'node:tls';
import { installHooks } from '@netlayers/node';
import { selfSigned } from '@netlayers/testkit';
import { afterAll, describe, expect, it } from 'vitest';
import { twoStacks } from './stacks.js';

const HOST = '127.0.0.1';
const certificate = selfSigned();
const trust = { ca: certificate.cert, servername: 'localhost' };
const stacks = twoStacks();
afterAll(stacks.close);

/** Notes events by name, errors with the fields that programs look at. */
class Notes {
  readonly lines: string[] = [];

  watch(who: string, emitter: EventEmitter, ...names: readonly string[]): void {
    for (const name of names) {
      emitter.on(name, (first: unknown) => {
        const { code, syscall, errno, message } = (first ?? {}) as NodeJS.ErrnoException;
        const told = first instanceof Error ? ` ${code} ${syscall} ${errno} ${message}` : '';
        this.lines.push(`${who} ${name}${told}`);
      });
    }
  }

  /** In order for each, since the two ends are not in step. */
  of(who: string): string[] {
    return this.lines.filter((line) => line.startsWith(who));
  }
}

const onOurs = async <T>(body: () => Promise<T>): Promise<T> => {
  const uninstall = installHooks(() => stacks.near);
  try {
    return await body();
  } finally {
    uninstall();
  }
};

async function listen(server: Server): Promise<number> {
  server.listen(0, HOST);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** `once` of Node fails with `error`, which is among what is looked at here. */
const happens = (emitter: EventEmitter, name: string): Promise<void> =>
  new Promise((resolve) => emitter.once(name, () => resolve()));

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
};

type Break = (socket: Socket) => unknown;
const breaks: Record<string, Break> = {
  resets: (socket) => {
    // Under TLS the socket beneath has to do it.
    const inner = (socket as { readonly _parent?: Socket })._parent ?? socket;
    inner.resetAndDestroy();
  },
  destroys: (socket) => socket.destroy(),
};

/** The server breaks in the middle of a body; what do both see? */
async function breakBody(secure: boolean, how: Break): Promise<Notes> {
  const notes = new Notes();
  let broken = (): unknown => undefined;
  const serve = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    notes.watch('server request', request, 'aborted', 'error', 'close');
    notes.watch('server response', response, 'finish', 'error', 'close');
    notes.watch('server socket', request.socket, 'error', 'close');
    response.writeHead(200, { 'content-length': 1000 });
    response.write('half');
    broken = () => how(request.socket);
  };
  const server = secure ? https.createServer(certificate, serve) : http.createServer(serve);
  const port = await listen(server);
  const options = { host: HOST, port, agent: false, ...trust } as const;
  const request = secure ? https.get(options) : http.get(options);
  notes.watch('client request', request, 'response', 'error', 'close');
  const [response] = await once(request, 'response');
  notes.watch('client response', response, 'aborted', 'end', 'error', 'close');
  // Not before the bytes were read: libuv takes a reset behind unread bytes for an end.
  response.once('data', () => turns().then(() => broken()));
  await happens(request, 'close');
  await turns();
  await new Promise((resolve) => server.close(resolve));
  return notes;
}

/** The client breaks in the middle of its body. */
async function breakUpload(how: Break): Promise<Notes> {
  const notes = new Notes();
  const server = http.createServer((request, response) => {
    notes.watch('server request', request, 'aborted', 'error', 'end', 'close');
    notes.watch('server response', response, 'finish', 'error', 'close');
    request.on('error', () => {}).resume();
    request.once('data', () => turns().then(() => how(sent.socket as Socket)));
  });
  const port = await listen(server);
  const sent = http.request({ host: HOST, port, method: 'POST', agent: false });
  notes.watch('client request', sent, 'error', 'close');
  sent.write('half');
  await happens(sent, 'close');
  await turns();
  await new Promise((resolve) => server.close(resolve));
  return notes;
}

/** A TLS handshake meets a peer that breaks. */
async function breakHandshake(how: Break): Promise<Notes> {
  const notes = new Notes();
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => how(socket));
  });
  const port = await listen(server);
  const client = tls.connect({ host: HOST, port, ...trust });
  notes.watch('client', client, 'secureConnect', 'end', 'error', 'close');
  await happens(client, 'close');
  await turns();
  await new Promise((resolve) => server.close(resolve));
  return notes;
}

/** A session of HTTP/2 whose connection breaks under a stream. */
async function breakSession(how: Break): Promise<Notes> {
  const notes = new Notes();
  const server = http2.createServer();
  let far: Socket | null = null;
  server.on('connection', (socket) => {
    far = socket;
    socket.on('error', () => {});
  });
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.respond();
    stream.write('half');
  });
  server.on('sessionError', () => {});
  const port = await listen(server as unknown as Server);
  const session = http2.connect(`http://${HOST}:${port}`);
  const stream = session.request();
  stream.once('data', () => turns().then(() => how(far as unknown as Socket)));
  notes.watch('client session', session, 'error', 'close');
  notes.watch('client stream', stream, 'response', 'end', 'aborted', 'error', 'close');
  await happens(session, 'close');
  await turns();
  await new Promise((resolve) => server.close(resolve));
  return notes;
}

const WHO = ['server request', 'server response', 'server socket', 'client'];

async function same(play: () => Promise<Notes>): Promise<void> {
  const kernel = await play();
  const ours = await onOurs(play);
  expect(kernel.lines.length).toBeGreaterThan(0);
  for (const who of WHO) expect(ours.of(who), who).toEqual(kernel.of(who));
}

describe.each(Object.keys(breaks))('a peer that %s', (name) => {
  const how = breaks[name] as Break;
  it('in the middle of a body of HTTP', () => same(() => breakBody(false, how)));
  it('in the middle of a body of HTTPS', () => same(() => breakBody(true, how)));
  it('in the middle of an upload', () => same(() => breakUpload(how)));
  it('in the middle of a TLS handshake', () => same(() => breakHandshake(how)));
  it('under a stream of HTTP/2', () => same(() => breakSession(how)));
});

describe('servers', () => {
  it('drop what is beyond maxConnections, count, and close when the last one is gone', () =>
    same(async () => {
      const notes = new Notes();
      const server = net.createServer((socket) => socket.resume());
      server.maxConnections = 1;
      const port = await listen(server);
      notes.watch('server socket', server, 'drop', 'close');
      const first = net.connect(port, HOST);
      await once(first, 'connect');
      await turns();
      const second = net.connect(port, HOST).resume();
      second.on('error', () => {});
      await happens(second, 'close');
      const count = await new Promise((resolve) => server.getConnections((_, n) => resolve(n)));
      notes.lines.push(`server socket count ${count}`);
      const closed = once(server, 'close');
      server.close();
      first.end();
      await closed;
      return notes;
    }));

  it('gives up a connect to a host that never answers', () =>
    onOurs(async () => {
      const socket = net.connect(80, '10.0.0.99');
      const notes = new Notes();
      notes.watch('client', socket, 'connect', 'error', 'close');
      await turns();
      expect(socket.connecting).toBe(true);
      socket.destroy();
      await happens(socket, 'close');
      await turns();
      expect(notes.lines).toEqual(['client close']);
      expect(stacks.near.counters().connections).toBe(0);
    }));
});

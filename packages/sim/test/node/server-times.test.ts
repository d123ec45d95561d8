import http from 'node:http';
import https from 'node:https';
import net, { type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { listening, onTwoHosts } from './two-hosts.js';

const LIMITS = {
  headersTimeout: 5_000,
  requestTimeout: 12_000,
  connectionsCheckingInterval: 1_000,
};

interface Slow {
  /** Text of a request, and when it is sent, in ms. */
  readonly sends: readonly (readonly [atMs: number, text: string])[];
  readonly limits?: http.ServerOptions & { readonly keepAliveTimeout?: number };
}

/** What a slow client reads from a server, and when its connection ends, in whole s. */
const slowClient = ({ sends, limits = LIMITS }: Slow): Promise<[text: string, s: number]> =>
  onTwoHosts(async ({ net: network, app, api }) => {
    await api.run(() =>
      listening(
        http.createServer(limits, (request, response) => {
          request.resume().on('end', () => response.end('done'));
        }),
        80,
      ),
    );
    return app.run(async () => {
      const socket = net.connect(80, 'api.test');
      for (const [at, text] of sends) setTimeout(() => socket.write(text), at);
      const text = await textOf(socket);
      return [text.split('\r\n')[0]!, Math.floor(network.clock.now() / 1_000)];
    });
  });

async function textOf(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (data) => {
    text += data;
  });
  await new Promise((resolve) => socket.on('close', resolve));
  return text;
}

const HEAD = 'POST / HTTP/1.1\r\nHost: api.test\r\nContent-Length: 4\r\n\r\n';
const TIMED_OUT = 'HTTP/1.1 408 Request Timeout';

describe('headersTimeout', () => {
  it('ends a connection that says nothing, at the look after it', async () => {
    expect(await slowClient({ sends: [] })).toEqual([TIMED_OUT, 6]);
  });

  it('ends one whose head stays unfinished, however often something of it comes', async () => {
    const sends = [0, 2_000, 4_000].map(
      (at) => [at, at === 0 ? 'GET / HTTP/1.1\r\n' : 'a: b\r\n'] as const,
    );
    expect(await slowClient({ sends })).toEqual([TIMED_OUT, 6]);
  });

  it('is over once the head is there', async () => {
    const sends = [
      [0, HEAD],
      [8_000, 'abcd'],
    ] as const;
    expect(await slowClient({ sends: sends })).toEqual(['HTTP/1.1 200 OK', 14]);
  });

  it('counts a further request from its first octet, not from the connection', async () => {
    const sends = [
      [0, `${HEAD}abcd`],
      [4_000, 'GET / HTTP/1.1\r\n'],
      [8_000, 'Host: a\r\n\r\n'],
    ] as const;
    expect(await slowClient({ sends })).toEqual(['HTTP/1.1 200 OK', 14]);
  });
});

describe('requestTimeout', () => {
  it('ends a request whose body stays unfinished', async () => {
    const sends = [
      [0, HEAD],
      [11_000, 'abc'],
    ] as const;
    expect(await slowClient({ sends })).toEqual([TIMED_OUT, 13]);
  });

  it('0 waits for ever, and the look comes every 30 s where nothing is said', async () => {
    const none = { headersTimeout: 0, requestTimeout: 0 };
    const sends = [
      [0, HEAD],
      [3_000_000, 'abcd'],
    ] as const;
    expect(await slowClient({ sends, limits: none })).toEqual(['HTTP/1.1 200 OK', 3006]);
    const headersTimeout = 1_000;
    expect(await slowClient({ sends: [], limits: { headersTimeout } })).toEqual([TIMED_OUT, 30]);
  });
});

describe('keepAliveTimeout', () => {
  it('ends an idle connection, a second later than it is told', async () => {
    const limits = { keepAliveTimeout: 20_000 };
    const sends = [[0, `${HEAD}abcd`]] as const;
    expect(await slowClient({ sends, limits })).toEqual(['HTTP/1.1 200 OK', 21]);
  });
});

describe('a server over TLS', () => {
  it('waits 120 s for a handshake', async () => {
    const ended = await onTwoHosts(async ({ net: network, app, api }) => {
      await api.run(() => listening(https.createServer({}), 443));
      await app.run(() => textOf(net.connect(443, 'api.test')));
      return network.clock.now();
    });
    expect(Math.floor(ended / 1_000)).toBe(120);
  });
});

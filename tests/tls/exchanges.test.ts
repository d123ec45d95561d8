/**
 * One table of exchanges over every carrier: what a handler, and what its client, sees is the same
 * whether HTTP/1.1 or HTTP/2 brings it, with TLS or without, over the kernel's TCP or over ours.
 */

import http, { type IncomingHttpHeaders } from 'node:http';
import nodeHttp2, { type ClientHttp2Session } from 'node:http2';
import { Client } from '@netlayers/client';
import type { ByteStream, Transport } from '@netlayers/http';
import { kernelTransport } from '@netlayers/kernel';
import { duplexOf, http2, http2Client, tlsTransport } from '@netlayers/node';
import { createNetwork } from '@netlayers/sim';
import { selfSigned } from '@netlayers/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchangeServer } from '../exchanges/exchange-app.js';

const HOST = 'localhost';
const identity = selfSigned();
const secured = { identity, ca: identity.cert, servername: HOST };

/** What is sent. */
interface Sent {
  readonly method: string;
  readonly path: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What comes of it. */
interface Answer {
  readonly status: number;
  readonly fields: IncomingHttpHeaders;
  readonly body: string;
  readonly trailers: Readonly<Record<string, string | undefined>>;
  readonly interim: readonly number[];
}

type Ask = (sent: Sent) => Promise<Answer>;

/** [what, what is sent, what comes of it]; fields that are `undefined` are absent. */
type Row = readonly [title: string, sent: Sent, expected: object];

const LONG = 'x'.repeat(200_000);
const TEXT = 'text/plain; charset=utf-8';

const ROWS: readonly Row[] = [
  [
    'a route',
    get('/'),
    {
      status: 200,
      body: 'hello',
      fields: { 'content-type': TEXT, 'content-length': '5', server: 'netlayers' },
    },
  ],
  [
    'HEAD',
    { method: 'HEAD', path: '/' },
    { status: 200, body: '', fields: { 'content-length': '5' } },
  ],
  [
    'HEAD of a stream',
    { method: 'HEAD', path: '/stream' },
    { status: 200, body: '', fields: { 'content-length': undefined } },
  ],
  [
    'no content at all',
    get('/empty'),
    { status: 200, body: '', fields: { 'content-length': '0' } },
  ],
  ['204', get('/status/204'), { status: 204, body: '', fields: { 'content-length': undefined } }],
  ['304', get('/text/304'), { status: 304, body: '' }],
  [
    'a stream',
    get('/stream'),
    { status: 200, body: 'abc', fields: { 'content-length': undefined } },
  ],
  [
    'a stream of known length',
    get('/known'),
    { status: 200, body: 'abc', fields: { 'content-length': '3' } },
  ],
  ['trailers', get('/trailers'), { status: 200, body: 'abc', trailers: { 'x-sum': '3' } }],
  ['several cookies', get('/cookies'), { fields: { 'set-cookie': ['a=1', 'b=2'] } }],
  [
    'cookies of a request',
    get('/seen', { cookie: 'a=1; b=2' }),
    { status: 200, body: expect.stringContaining('a=1; b=2') },
  ],
  ['hints', get('/hints'), { status: 200, body: 'hinted', interim: [103] }],
  ['parameters', get('/users/a%20b'), { status: 200, body: '{"id":"a b"}' }],
  ['a query', get('/seen?q=%C3%A9'), { body: expect.stringContaining('"query":[["q","é"]]') }],
  ['no such path', get('/nothing'), { status: 404 }],
  [
    'no such method there',
    { method: 'DELETE', path: '/' },
    { status: 405, fields: { allow: 'GET, HEAD, OPTIONS' } },
  ],
  [
    'OPTIONS',
    { method: 'OPTIONS', path: '/' },
    { status: 204, fields: { allow: 'GET, HEAD, OPTIONS' } },
  ],
  [
    'a handler that throws',
    get('/throws'),
    { status: 500, body: expect.not.stringContaining('secret') },
  ],
  [
    'a handler that refuses',
    get('/refuses'),
    { status: 418, body: expect.stringContaining('short and stout') },
  ],
  ['a body', { method: 'POST', path: '/text', body: 'sent' }, { status: 200, body: 'sent' }],
  [
    'a body of known length',
    { method: 'POST', path: '/text', body: 'sent', fields: { 'content-length': '4' } },
    { status: 200, body: 'sent' },
  ],
  ['JSON that is none', { method: 'POST', path: '/json', body: '{' }, { status: 400 }],
  [
    'a long body, echoed',
    { method: 'POST', path: '/echo', body: LONG },
    { status: 200, body: LONG },
  ],
  [
    'a body that nobody reads',
    { method: 'POST', path: '/ignore', body: 'unread' },
    { status: 200, body: 'ignored' },
  ],
  [
    'a body that is too large',
    { method: 'POST', path: '/text', body: 'x'.repeat(500_000) },
    { status: 413 },
  ],
  [
    '100 (Continue)',
    { method: 'POST', path: '/text', body: 'asked', fields: { expect: '100-continue' } },
    { status: 200, body: 'asked', interim: [100] },
  ],
  [
    'an expectation that is none',
    { method: 'POST', path: '/text', body: 'x', fields: { expect: 'more' } },
    { status: 417 },
  ],
];

function get(path: string, fields: Readonly<Record<string, string>> = {}): Sent {
  return { method: 'GET', path, fields };
}

/** Sends by Node's HTTP/1.1, a connection each. */
function askHttp1(open: () => Promise<ByteStream>): Ask {
  return async ({ method, path, fields = {}, body }) => {
    const stream = await open();
    const createConnection = () => duplexOf(stream, { allowHalfOpen: true }) as never;
    const request = http.request({
      method,
      path,
      headers: { host: HOST, ...fields },
      createConnection,
    });
    const interim: number[] = [];
    request.on('information', ({ statusCode }) => interim.push(statusCode));
    const send = (): void => void request.end(body);
    if (fields.expect === '100-continue') {
      request.on('continue', () => {
        interim.push(100);
        send();
      });
      request.flushHeaders();
    } else send();
    return new Promise((resolve, reject) => {
      request.on('error', reject);
      request.on('response', async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        const { statusCode = 0, headers, trailers } = response;
        resolve({
          status: statusCode,
          fields: headers,
          body: text,
          trailers,
          interim: [...new Set(interim)],
        });
        stream.abort();
      });
    });
  };
}

/** Sends by Node's HTTP/2, all on one connection. */
function askHttp2(open: () => Promise<ByteStream>, scheme: 'http' | 'https'): Ask {
  let session: ClientHttp2Session | null = null;
  return async ({ method, path, fields = {}, body }) => {
    if (session === null) {
      const duplex = duplexOf(await open(), { allowHalfOpen: true });
      session = nodeHttp2.connect(`${scheme}://${HOST}`, { createConnection: () => duplex });
    }
    const head = { ':method': method, ':path': path, ':authority': HOST, ...fields };
    const stream = session.request(head, { endStream: body === undefined });
    const interim: number[] = [];
    if (fields.expect === '100-continue') stream.on('continue', () => stream.end(body));
    else if (body !== undefined) stream.end(body);
    let answered: IncomingHttpHeaders & { ':status'?: number | undefined } = {};
    let trailers = {};
    let text = '';
    stream.on('headers', (more) => interim.push(Number(more[':status'])));
    stream.on('response', (more) => {
      answered = more;
    });
    stream.on('trailers', (more) => {
      trailers = more;
    });
    stream.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    return new Promise((resolve, reject) => {
      stream.on('error', reject);
      stream.on('close', () => {
        const { ':status': status = 0, ...rest } = answered;
        resolve({ status, fields: rest, body: text, trailers, interim });
      });
    });
  };
}

/** Sends by our own client. */
function askClient(client: Client, origin: string): Ask {
  return async ({ method, path, fields = {}, body }) => {
    const interim: number[] = [];
    const response = await client.request(`${origin}${path}`, {
      method,
      headers: fields,
      expectContinue: fields.expect === '100-continue',
      onInterim: ({ status }) => interim.push(status),
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    const { status, headers, trailers } = response;
    const answered: IncomingHttpHeaders = { 'set-cookie': headers.getAll('set-cookie') };
    for (const [name, value] of headers) answered[name.toLowerCase()] ??= value;
    return {
      status,
      fields: answered,
      body: text,
      trailers: Object.fromEntries([...(trailers ?? [])]),
      interim: [...new Set(interim)],
    };
  };
}

const LIMITS = { limits: { bodyBytes: 400_000 } };

/** A server over the kernel's TCP. */
async function overKernel(
  secure: boolean,
  alpn: 'http/1.1' | 'h2' | 'ours',
): Promise<[Ask, () => Promise<void>]> {
  const server = exchangeServer(LIMITS).speak(http2({ h2c: true }));
  const inner = kernelTransport();
  const transport: Transport = secure
    ? tlsTransport(inner, { ...secured, alpn: ['h2', 'http/1.1'] })
    : inner;
  const client: Transport = secure ? tlsTransport(inner, { ...secured, alpn: [alpn] }) : inner;
  const { port } = await server.listen(transport, { host: '127.0.0.1', port: 0 });
  const open = async () => client.connect({ host: '127.0.0.1', port });
  const scheme = secure ? 'https' : 'http';
  const ours = new Client({
    transport: inner,
    secureTransport: client,
    protocols: [http2Client({ priorKnowledge: true })],
  });
  const ask =
    alpn === 'ours'
      ? askClient(ours, `${scheme}://127.0.0.1:${port}`)
      : alpn === 'h2'
        ? askHttp2(open, scheme)
        : askHttp1(open);
  return [ask, () => server.close({ deadlineMs: 500 }).then(() => inner.close())];
}

/** A server over our TCP, in virtual time, with a lossy link. */
async function overOurs(alpn: 'http/1.1' | 'h2' | 'ours'): Promise<[Ask, () => Promise<void>]> {
  const network = createNetwork({ seed: 9 });
  const { clock } = network;
  const far = network.host({ name: 'server.test', address: '10.0.0.1' });
  const near = network.host({ address: '10.0.0.2' });
  network.link(near, far, { delayMs: 3, loss: 0.02 });
  const server = exchangeServer({ ...LIMITS, clock }).speak(http2());
  const options = { ...secured, clock };
  const client = tlsTransport(near.transport, { ...options, alpn: [alpn] });
  await network.run(() =>
    server.listen(tlsTransport(far.transport, { ...options, alpn: ['h2', 'http/1.1'] }), {
      port: 443,
    }),
  );
  const open = () => client.connect({ host: 'server.test', port: 443 });
  const ours = new Client({
    transport: near.transport,
    secureTransport: client,
    protocols: [http2Client()],
    clock,
  });
  const ask =
    alpn === 'ours'
      ? askClient(ours, 'https://server.test')
      : alpn === 'h2'
        ? askHttp2(open, 'https')
        : askHttp1(open);
  return [
    (sent) => network.run(() => ask(sent)),
    () => network.run(() => server.close({ deadlineMs: 500 })),
  ];
}

describe.each([
  ['HTTP/1.1', () => overKernel(false, 'http/1.1')],
  ['HTTP/1.1 over TLS', () => overKernel(true, 'http/1.1')],
  ['HTTP/2 over TLS', () => overKernel(true, 'h2')],
  ['HTTP/2 without TLS', () => overKernel(false, 'h2')],
  ['HTTP/1.1 over TLS over our TCP, packets lost', () => overOurs('http/1.1')],
  ['HTTP/2 over TLS over our TCP, packets lost', () => overOurs('h2')],
  ['HTTP/2 of our client over TLS', () => overKernel(true, 'ours')],
  ['HTTP/2 of our client without TLS', () => overKernel(false, 'ours')],
  ['HTTP/2 of our client over TLS over our TCP, packets lost', () => overOurs('ours')],
] as const)('%s', (_name, start) => {
  let ask: Ask;
  let close: () => Promise<void>;
  beforeAll(async () => {
    [ask, close] = await start();
  });
  afterAll(() => close());

  it.each(ROWS)('%s', async (_title, sent, expected) => {
    const answer = await ask(sent);
    const { fields = {}, ...rest } = expected as { fields?: Record<string, unknown> };
    expect(answer).toMatchObject(rest);
    for (const [name, value] of Object.entries(fields)) expect(answer.fields[name]).toEqual(value);
  });
});

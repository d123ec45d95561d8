import { Headers, Request, Response } from '@netlayers/http';
import {
  type AcceptHandshakeOptions,
  acceptOf,
  answerHandshake,
  isSendableCode,
} from '@netlayers/websocket';
import { nodeDeflate } from '@netlayers/websocket/node';
import { describe, expect, it } from 'vitest';

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const FIELDS: Record<string, string> = {
  Host: 'server.example.com',
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Key': KEY,
  'Sec-WebSocket-Version': '13',
};

/** Answers a request of these fields, where `null` takes one away. */
function answer(
  changes: Record<string, string | null> = {},
  options: AcceptHandshakeOptions = {},
  line: { method?: string; version?: string } = {},
): Response {
  const fields = Object.entries({ ...FIELDS, ...changes }).filter(([, value]) => value !== null);
  const headers = new Headers(fields as [string, string][]);
  const request = { method: 'GET', version: '1.1', headers, ...line };
  return answerHandshake(request, options).response;
}

describe('the answer to a request', () => {
  it('proves that it was read, with the example of the RFC [RFC 6455 1.3]', () => {
    expect(acceptOf(KEY)).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    const response = answer();
    expect(response.status).toBe(101);
    expect(Object.fromEntries(response.headers)).toEqual({
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
    });
  });

  it('takes names in any case, and lists [RFC 6455 4.2.1]', () => {
    const fields = { Upgrade: 'h2c, WebSocket', Connection: 'keep-alive, UPGRADE' };
    expect(answer(fields).status).toBe(101);
  });

  const refused: [string, number, Record<string, string | null>][] = [
    ['without Upgrade', 426, { Upgrade: null }],
    ['with another Upgrade', 426, { Upgrade: 'h2c' }],
    ['without Connection', 400, { Connection: null }],
    ['with another Connection', 400, { Connection: 'keep-alive' }],
    ['without a key', 400, { 'Sec-WebSocket-Key': null }],
    ['with a key that is too short', 400, { 'Sec-WebSocket-Key': 'c2hvcnQ=' }],
    ['with a key that is no base64', 400, { 'Sec-WebSocket-Key': '*GhlIHNhbXBsZSBub25jZQ==' }],
    ['without a version', 426, { 'Sec-WebSocket-Version': null }],
    ['with an older version', 426, { 'Sec-WebSocket-Version': '8' }],
    ['with malformed extensions', 400, { 'Sec-WebSocket-Extensions': 'a; =' }],
    ['with subprotocols that are no tokens', 400, { 'Sec-WebSocket-Protocol': 'a b' }],
    ['with a subprotocol twice', 400, { 'Sec-WebSocket-Protocol': 'a, b, a' }],
  ];
  for (const [what, status, changes] of refused) {
    it(`${what} is ${status} [RFC 6455 4.2.1]`, () => {
      expect(answer(changes).status).toBe(status);
    });
  }

  it('says which version is spoken here [RFC 6455 4.4]', () => {
    const response = answer({ 'Sec-WebSocket-Version': '25' });
    expect(response.headers.get('sec-websocket-version')).toBe('13');
    expect(response.headers.get('upgrade')).toBe('websocket');
    expect(answer({ 'Sec-WebSocket-Protocol': 'a b' }).headers.get('sec-websocket-version')).toBe(
      '13',
    );
  });

  it('refuses other methods and HTTP/1.0 [RFC 6455 4.2.1]', () => {
    expect(answer({}, {}, { method: 'POST' }).status).toBe(405);
    expect(answer({}, {}, { version: '1.0' }).status).toBe(400);
  });

  it('refuses two keys [RFC 6455 4.2.1]', () => {
    const headers = new Headers(Object.entries(FIELDS)).append('Sec-WebSocket-Key', KEY);
    const { response } = answerHandshake({ method: 'GET', version: '1.1', headers });
    expect(response.status).toBe(400);
  });

  it("chooses the client's first subprotocol that is spoken here [RFC 6455 4.2.2]", () => {
    const offered = { 'Sec-WebSocket-Protocol': 'a, soap, wamp' };
    const chosen = (protocols: string[]) =>
      answer(offered, { protocols }).headers.get('sec-websocket-protocol');
    expect(chosen(['wamp', 'soap'])).toBe('soap');
    expect(chosen(['b'])).toBe(null);
    expect(chosen([])).toBe(null);
  });

  it('refuses pages of other origins where it is told to [RFC 6455 10.2]', () => {
    const allowsOrigin = (origin: string | null) => origin === 'http://a.example';
    expect(answer({ Origin: 'http://a.example' }, { allowsOrigin }).status).toBe(101);
    expect(answer({ Origin: 'http://b.example' }, { allowsOrigin }).status).toBe(403);
    expect(answer({}, { allowsOrigin }).status).toBe(403);
  });
});

const codec = nodeDeflate();

describe('compression', () => {
  const agreed = (offer: string, options = {}) =>
    answer({ 'Sec-WebSocket-Extensions': offer }, { deflate: { codec, ...options } }).headers.get(
      'sec-websocket-extensions',
    );

  const rows: [string, object, string | null][] = [
    ['permessage-deflate', {}, 'permessage-deflate'],
    ['permessage-deflate; client_max_window_bits', {}, 'permessage-deflate'],
    ['x-webkit-deflate-frame, permessage-deflate', {}, 'permessage-deflate'],
    [
      'permessage-deflate; server_no_context_takeover',
      {},
      'permessage-deflate; server_no_context_takeover',
    ],
    [
      'permessage-deflate; client_no_context_takeover',
      {},
      'permessage-deflate; client_no_context_takeover',
    ],
    [
      'permessage-deflate',
      { serverNoContextTakeover: true },
      'permessage-deflate; server_no_context_takeover',
    ],
    [
      'permessage-deflate',
      { clientNoContextTakeover: true },
      'permessage-deflate; client_no_context_takeover',
    ],
    [
      'permessage-deflate; server_max_window_bits=10',
      {},
      'permessage-deflate; server_max_window_bits=10',
    ],
    [
      'permessage-deflate; server_max_window_bits="10"',
      {},
      'permessage-deflate; server_max_window_bits=10',
    ],
    [
      'permessage-deflate; server_max_window_bits=15',
      {},
      'permessage-deflate; server_max_window_bits=15',
    ],
    [
      'permessage-deflate; server_max_window_bits=12',
      { serverMaxWindowBits: 9 },
      'permessage-deflate; server_max_window_bits=9',
    ],
    [
      'permessage-deflate',
      { serverMaxWindowBits: 9 },
      'permessage-deflate; server_max_window_bits=9',
    ],
    [
      'permessage-deflate; client_max_window_bits',
      { clientMaxWindowBits: 9 },
      'permessage-deflate; client_max_window_bits=9',
    ],
    [
      'permessage-deflate; client_max_window_bits=12',
      {},
      'permessage-deflate; client_max_window_bits=12',
    ],
    [
      'permessage-deflate; client_max_window_bits=12',
      { clientMaxWindowBits: 9 },
      'permessage-deflate; client_max_window_bits=9',
    ],
    [
      'permessage-deflate; client_max_window_bits=8',
      { clientMaxWindowBits: 9 },
      'permessage-deflate; client_max_window_bits=8',
    ],
    ['permessage-deflate', { clientMaxWindowBits: 9 }, null],
    [
      'permessage-deflate; client_max_window_bits=9, permessage-deflate',
      { clientMaxWindowBits: 10 },
      'permessage-deflate; client_max_window_bits=9',
    ],
    ['permessage-deflate; a=1, permessage-deflate', {}, 'permessage-deflate'],
    ['permessage-deflate; a=1', {}, null],
    ['permessage-deflate; server_max_window_bits', {}, null],
    ['permessage-deflate; server_max_window_bits=7', {}, null],
    ['permessage-deflate; server_max_window_bits=16', {}, null],
    ['permessage-deflate; server_max_window_bits=08', {}, null],
    ['permessage-deflate; client_max_window_bits=16', {}, null],
    ['permessage-deflate; client_max_window_bits=', {}, null],
    ['permessage-deflate; server_no_context_takeover=1', {}, null],
    ['permessage-deflate; server_no_context_takeover; server_no_context_takeover', {}, null],
    ['permessage-deflatex', {}, null],
  ];
  for (const [offer, options, answered] of rows) {
    it(`${offer}, here ${JSON.stringify(options)}: ${answered} [RFC 7692 7.1]`, () => {
      expect(agreed(offer, options)).toBe(answered);
    });
  }

  it('is not agreed to where nobody compresses [RFC 7692 5]', () => {
    expect(
      answer({ 'Sec-WebSocket-Extensions': 'permessage-deflate' }).headers.has(
        'sec-websocket-extensions',
      ),
    ).toBe(false);
  });
});

describe('what comes from HTTP', () => {
  it('is answered as a parsed request is', () => {
    const lines = Object.entries(FIELDS).map(([name, value]) => `${name}: ${value}\r\n`);
    const result = Request.parse(
      new TextEncoder().encode(`GET /chat HTTP/1.1\r\n${lines.join('')}\r\n`),
    );
    if (result.status !== 'complete') throw new Error(result.status);
    expect(answerHandshake(result.message).response).toBeInstanceOf(Response);
    expect(answerHandshake(result.message).agreement).toEqual({ protocol: '', deflate: null });
  });
});

describe('close codes', () => {
  it('that are sent are those that mean something [RFC 6455 7.4]', () => {
    const sendable = Array.from({ length: 6000 }, (_, code) => code).filter(isSendableCode);
    expect(sendable.slice(0, 11)).toEqual([
      1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013,
    ]);
    expect(sendable[11]).toBe(1014);
    expect([sendable[12], sendable.at(-1), sendable.length]).toEqual([3000, 4999, 2012]);
    expect(isSendableCode(1000.5)).toBe(false);
  });
});

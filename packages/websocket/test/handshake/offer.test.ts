import { Headers, type ResponseHead } from '@netlayers/http';
import { seededRandom } from '@netlayers/testkit';
import {
  acceptOf,
  HandshakeOffer,
  type OfferOptions,
  targetOf,
  WebSocketError,
} from '@netlayers/websocket';
import { nodeDeflate } from '@netlayers/websocket/node';
import { describe, expect, it } from 'vitest';

const codec = nodeDeflate();
const random = (): number => seededRandom(1).u32();
const offerOf = (options: OfferOptions = {}): HandshakeOffer =>
  new HandshakeOffer(targetOf('ws://server.example.com/chat?a=b'), options, random);

/** What a server answers to an offer, with some fields changed. */
function head(
  offer: HandshakeOffer,
  changes: Record<string, string | null> = {},
  status = 101,
): ResponseHead {
  const fields: Record<string, string | null> = {
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Accept': acceptOf(offer.request.headers.get('sec-websocket-key') ?? ''),
    ...changes,
  };
  const lines = Object.entries(fields).filter(([, value]) => value !== null) as [string, string][];
  return {
    status,
    reason: '',
    version: '1.1',
    headers: new Headers(lines),
    bodyLength: 0,
    keepAlive: true,
  };
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof WebSocketError) return error.code;
    throw error;
  }
  return 'fine';
}

describe('the request', () => {
  it('is what the RFC asks for [RFC 6455 4.1]', () => {
    const { request } = offerOf({
      protocols: ['chat', 'superchat'],
      headers: { Origin: 'http://a.b' },
    });
    expect([request.method, request.target]).toEqual(['GET', '/chat?a=b']);
    const fields = Object.fromEntries(request.headers);
    expect(fields).toMatchObject({
      Host: 'server.example.com',
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      Origin: 'http://a.b',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Protocol': 'chat, superchat',
    });
    expect(Buffer.from(fields['Sec-WebSocket-Key'] ?? '', 'base64').length).toBe(16);
  });

  it('takes keys from the generator: another one each time [RFC 6455 4.1]', () => {
    const { u32 } = seededRandom(5);
    const keys = Array.from({ length: 50 }, () =>
      new HandshakeOffer(targetOf('ws://a/'), {}, u32).request.headers.get('sec-websocket-key'),
    );
    expect(new Set(keys).size).toBe(50);
  });

  it('leads where the URL says [RFC 6455 3]', () => {
    expect(targetOf('ws://a.b')).toEqual({
      isSecure: false,
      host: 'a.b',
      port: 80,
      authority: 'a.b',
      resource: '/',
    });
    expect(targetOf('wss://a.b:444/x?y')).toEqual({
      isSecure: true,
      host: 'a.b',
      port: 444,
      authority: 'a.b:444',
      resource: '/x?y',
    });
    expect(targetOf('ws://[::1]:80/')).toMatchObject({ host: '::1', port: 80, authority: '[::1]' });
    expect(targetOf('https://a.b/')).toMatchObject({ isSecure: true, port: 443 });
  });

  it('is not made of what is no URL of a WebSocket [RFC 6455 3]', () => {
    for (const url of ['a.b', 'ftp://a.b/', 'ws://a.b/#c', 'ws://']) {
      expect(codeOf(() => targetOf(url))).toBe('invalid-argument');
    }
  });

  it('names no subprotocol twice, and none that is no token [RFC 6455 4.1]', () => {
    expect(codeOf(() => offerOf({ protocols: ['a', 'a'] }))).toBe('invalid-argument');
    expect(codeOf(() => offerOf({ protocols: ['a,b'] }))).toBe('invalid-argument');
    expect(codeOf(() => offerOf({ protocols: [''] }))).toBe('invalid-argument');
  });
});

describe('the answer', () => {
  it('is agreed to when all is as it must be [RFC 6455 4.1]', () => {
    const offer = offerOf({ protocols: ['chat'] });
    expect(offer.check(head(offer))).toEqual({ protocol: '', deflate: null });
    const fields = {
      Upgrade: 'WebSocket',
      Connection: 'upgrade, x',
      'Sec-WebSocket-Protocol': 'chat',
    };
    expect(offer.check(head(offer, fields))).toEqual({ protocol: 'chat', deflate: null });
  });

  const broken: [string, Record<string, string | null>][] = [
    ['no Upgrade', { Upgrade: null }],
    ['another Upgrade', { Upgrade: 'h2c' }],
    ['two Upgrades', { Upgrade: 'websocket, h2c' }],
    ['no Connection', { Connection: null }],
    ['another Connection', { Connection: 'close' }],
    ['no accept', { 'Sec-WebSocket-Accept': null }],
    ['the accept of another key', { 'Sec-WebSocket-Accept': acceptOf('x') }],
    ['a subprotocol that was not offered', { 'Sec-WebSocket-Protocol': 'b' }],
    ['two subprotocols', { 'Sec-WebSocket-Protocol': 'chat, chat' }],
    ['an extension that was not offered', { 'Sec-WebSocket-Extensions': 'x' }],
    ['malformed extensions', { 'Sec-WebSocket-Extensions': ';' }],
  ];
  for (const [what, changes] of broken) {
    it(`with ${what} is refused [RFC 6455 4.1]`, () => {
      const offer = offerOf({ protocols: ['chat'], deflate: { codec } });
      expect(codeOf(() => offer.check(head(offer, changes)))).toBe('invalid-handshake');
    });
  }

  it('with another status says which [RFC 6455 4.1]', () => {
    const offer = offerOf();
    for (const status of [200, 301, 401, 403, 426, 503]) {
      const check = (): unknown => offer.check(head(offer, {}, status));
      expect(check).toThrowError(expect.objectContaining({ code: 'handshake-refused', status }));
    }
  });
});

describe('compression', () => {
  it('is offered with what is wanted of it [RFC 7692 7.1]', () => {
    const offered = (options: object): string | null =>
      offerOf({ deflate: { codec, ...options } }).request.headers.get('sec-websocket-extensions');
    expect(offered({})).toBe('permessage-deflate; client_max_window_bits');
    expect(
      offered({
        serverNoContextTakeover: true,
        clientNoContextTakeover: true,
        serverMaxWindowBits: 10,
        clientMaxWindowBits: 11,
      }),
    ).toBe(
      'permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10; client_max_window_bits=11',
    );
  });

  const DEFAULT = {
    serverNoContextTakeover: false,
    clientNoContextTakeover: false,
    serverMaxWindowBits: 15,
    clientMaxWindowBits: 15,
  };
  const rows: [string, object, object | null][] = [
    ['permessage-deflate', {}, DEFAULT],
    [
      'permessage-deflate; server_no_context_takeover',
      {},
      { ...DEFAULT, serverNoContextTakeover: true },
    ],
    [
      'permessage-deflate; client_no_context_takeover',
      {},
      { ...DEFAULT, clientNoContextTakeover: true },
    ],
    ['permessage-deflate; server_max_window_bits=9', {}, { ...DEFAULT, serverMaxWindowBits: 9 }],
    ['permessage-deflate; client_max_window_bits=9', {}, { ...DEFAULT, clientMaxWindowBits: 9 }],
    ['permessage-deflate', { clientMaxWindowBits: 9 }, { ...DEFAULT, clientMaxWindowBits: 9 }],
    ['permessage-deflate; client_max_window_bits=10', { clientMaxWindowBits: 9 }, null],
    ['permessage-deflate; client_max_window_bits', {}, null],
    ['permessage-deflate; server_max_window_bits=12', { serverMaxWindowBits: 10 }, null],
    ['permessage-deflate', { serverMaxWindowBits: 10 }, null],
    ['permessage-deflate', { serverNoContextTakeover: true }, null],
    ['permessage-deflate; server_max_window_bits=7', {}, null],
    ['permessage-deflate; x', {}, null],
    ['permessage-deflate, permessage-deflate', {}, null],
  ];
  for (const [answered, options, agreed] of rows) {
    it(`${answered} to ${JSON.stringify(options)} is ${agreed === null ? 'refused' : 'fine'} [RFC 7692 7.1]`, () => {
      const offer = offerOf({ deflate: { codec, ...options } });
      const check = () => offer.check(head(offer, { 'Sec-WebSocket-Extensions': answered }));
      if (agreed === null) expect(codeOf(check)).toBe('invalid-handshake');
      else expect(check().deflate).toEqual(agreed);
    });
  }
});

import {
  AccessLog,
  basicAuth,
  clientAddress,
  EventChannel,
  eventStream,
  MemorySessionStore,
  openTelemetry,
  Readiness,
  RedisSessionStore,
  rateLimit,
  readForm,
  readJson,
  readText,
  requestId,
  secureHeaders,
  serializeCookie,
  sessions,
  shedLoad,
  validate,
} from '@netlayers/middleware';
import { compress, decompressBody, eventLoopDelay, multipart } from '@netlayers/middleware/node';
import type { ServerRequest } from '@netlayers/server';
import { describe, expect, it } from 'vitest';

const REQUEST = {} as ServerRequest;

/** What takes options, and a name that somebody could have written in place of one of them. */
const MAKERS: Readonly<Record<string, [name: string, make: (options: never) => unknown]>> = {
  rateLimit: ['windowMS', (options: object) => rateLimit({ requests: 1, ...options })],
  gateways: ['isTrustedd', (options) => clientAddress(REQUEST, options)],
  shedLoad: ['maxConcurent', shedLoad],
  Readiness: ['check', (options) => new Readiness(options)],
  requestId: ['fields', requestId],
  AccessLog: ['field', (options: object) => new AccessLog({ format: 'json', ...options })],
  openTelemetry: ['routes', (options) => openTelemetry({} as never, options)],
  secureHeaders: ['referer', secureHeaders],
  basicAuth: ['user', basicAuth],
  eventStream: ['heartBeatMillis', (options) => eventStream(REQUEST, () => {}, options)],
  EventChannel: ['keepEvents', (options) => new EventChannel(options)],
  sessions: ['idle', sessions],
  'a cookie': ['SameSite', (options) => serializeCookie('a', 'b', options)],
  MemorySessionStore: ['max', (options) => new MemorySessionStore(options)],
  RedisSessionStore: ['prefixes', (options) => new RedisSessionStore(async () => null, options)],
  validate: ['querry', (options) => validate(options, () => null as never)],
  readJson: ['limit', (options) => readJson(REQUEST, options)],
  readForm: ['limit', (options) => readForm(REQUEST, options)],
  readText: ['limit', (options) => readText(REQUEST, options)],
  compress: ['treshold', compress],
  decompressBody: ['maxbytes ', decompressBody],
  eventLoopDelay: ['sample', eventLoopDelay],
  multipart: ['maxFile', (options) => multipart(REQUEST, options).next()],
};

describe('a name that is no option', () => {
  for (const [what, [name, make]] of Object.entries(MAKERS)) {
    it(`is refused by ${what}, which says what there is`, async () => {
      const refusal = new RegExp(`^${what} has no option ${name}; (is it \\w+\\?|it has \\w+)`);
      const made = async () => make({ [name]: 1 } as never);
      await expect(made()).rejects.toThrow(TypeError);
      await expect(made()).rejects.toThrow(refusal);
    });
  }

  it('is refused one level below, too', () => {
    expect(() => compress({ levels: { brotli: 4 } as never })).toThrow(
      'levels of compress has no option brotli; it has gzip, br, zstd',
    );
    expect(() => sessions({ cookie: { samesite: 'lax' } as never })).toThrow(
      'a cookie has no option samesite; is it sameSite?',
    );
    expect(() => rateLimit({ requests: 1, gateways: { proxies: () => true } as never })).toThrow(
      'gateways has no option proxies; it has isTrusted, field',
    );
  });
});

describe('an option that is needed', () => {
  it('is named where it is missing', () => {
    expect(() => rateLimit({} as never)).toThrow('rateLimit needs the option requests');
    expect(() => new MemorySessionStore({} as never)).toThrow(
      'MemorySessionStore needs the option clock',
    );
    expect(() => new AccessLog({} as never)).toThrow('AccessLog needs the option format');
  });
});

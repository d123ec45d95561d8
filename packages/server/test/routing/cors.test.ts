import { Response } from '@netlayers/http';
import { type CorsOptions, Server } from '@netlayers/server';
import { describe, expect, it } from 'vitest';
import { Harness, head } from '../support/harness.js';

const ORIGIN = 'https://example.org';
const start = (cors: CorsOptions): Promise<Harness> =>
  Harness.start((server) => server.route('GET', '/', () => Response.text('x')), { cors });

const fieldOf = (text: string, name: string): string | null =>
  new RegExp(`^${name}: (.*)$`, 'im').exec(text)?.[1] ?? null;

describe('cors', () => {
  it('lets pages of named origins send credentials [Fetch 3.2.5]', async () => {
    const harness = await start({ origin: ORIGIN, credentials: true });
    const answer = await harness.fetch(head('GET /', `Origin: ${ORIGIN}`));
    expect(fieldOf(answer.head, 'access-control-allow-credentials')).toBe('true');
    expect(fieldOf(answer.head, 'access-control-allow-origin')).toBe(ORIGIN);
    const other = await harness.fetch(head('GET /', 'Origin: https://example.net'));
    expect(fieldOf(other.head, 'access-control-allow-credentials')).toBeNull();
    const preflight = await harness.fetch(
      head('OPTIONS /', `Origin: ${ORIGIN}`, 'Access-Control-Request-Method: GET'),
    );
    expect(fieldOf(preflight.head, 'access-control-allow-credentials')).toBe('true');
  });

  it('says which fields pages may read, and for how long an answer holds [Fetch 3.2.3]', async () => {
    const exposeHeaders = ['X-Total', 'ETag'];
    const harness = await start({ origin: '*', exposeHeaders, maxAgeSeconds: 60 });
    const answer = await harness.fetch(head('GET /', `Origin: ${ORIGIN}`));
    expect(fieldOf(answer.head, 'access-control-expose-headers')).toBe('X-Total, ETag');
    expect(fieldOf(answer.head, 'access-control-allow-credentials')).toBeNull();
    const preflight = await harness.fetch(
      head('OPTIONS /', `Origin: ${ORIGIN}`, 'Access-Control-Request-Method: GET'),
    );
    expect(fieldOf(preflight.head, 'access-control-max-age')).toBe('60');
  });

  it('says in one line of Vary what the answer depends on [RFC 9110 12.5.5]', async () => {
    const harness = await Harness.start(
      (server) =>
        server.route('GET', '/', () => {
          const response = Response.text('x').header('Vary', 'Accept');
          response.headers.append('Vary', 'Accept-Encoding, origin');
          return response;
        }),
      { cors: { origin: ORIGIN } },
    );
    for (let count = 0; count < 2; count++) {
      const answer = await harness.fetch(head('GET /', `Origin: ${ORIGIN}`));
      expect(answer.head.match(/^vary:.*$/gim)).toEqual(['Vary: Accept, Accept-Encoding, origin']);
    }
  });

  it.each([
    [{ origin: '*', credentials: true }, /^cors\.credentials needs/],
    [{ origin: ORIGIN, exposeHeaders: ['no field'] }, /^cors\.exposeHeaders are/],
    [{ origin: ORIGIN, maxAgeSeconds: -1 }, /^cors\.maxAgeSeconds is/],
    [{ origin: ORIGIN, credential: true }, /credential/],
  ])('refuses %j', (cors, message) => {
    expect(() => new Server({ cors: cors as CorsOptions })).toThrow(message);
  });
});

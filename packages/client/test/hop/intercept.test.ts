import { Client, ClientResponse, type Interceptor } from '@netlayers/client';
import { ManualClock } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { answers, memory, ok, rawServer, settle, watched } from '../support/raw-server.js';

const URL_OK = 'http://a.test/';
const away = 'HTTP/1.1 302 Found\r\nLocation: http://b.test/2\r\nContent-Length: 0\r\n\r\n';

async function clientWith(interceptors: Interceptor[], ...texts: string[]) {
  const transport = memory();
  const connections = await rawServer(transport, answers(...texts));
  return { client: new Client({ transport, interceptors }), connections, transport };
}

describe('interceptors', () => {
  it('are around each other, and see each step of a redirection', async () => {
    const seen: string[] = [];
    const named =
      (name: string): Interceptor =>
      async (request, next) => {
        seen.push(`${name} ${request.url.pathname} after ${request.redirects.length}`);
        const response = await next(request);
        seen.push(`${name} ${response.status}`);
        return response;
      };
    const { client } = await clientWith([named('outer'), named('inner')], away, ok('here'));
    expect(await (await client.get(URL_OK)).text()).toBe('here');
    expect(seen).toEqual([
      'outer / after 0',
      'inner / after 0',
      'inner 302',
      'outer 302',
      'outer /2 after 1',
      'inner /2 after 1',
      'inner 200',
      'outer 200',
    ]);
  });

  it('change what is sent: place, method, fields, body', async () => {
    const change: Interceptor = (request, next) => {
      request.headers.set('X-Signed', 'yes');
      const url = new URL('/other', request.url);
      return next({ ...request, url, method: 'PUT', body: 'changed' });
    };
    const { client, connections } = await clientWith([change], ok(''));
    const response = await client.post(URL_OK, new Uint8Array(3), { headers: { 'X-A': '1' } });
    expect(response.url.pathname).toBe('/other');
    expect(response.method).toBe('PUT');
    const received = connections[0]?.received ?? '';
    expect(received).toMatch(/^PUT \/other HTTP\/1\.1\r\n/);
    expect(received).toContain('X-Signed: yes\r\n');
    expect(received).toContain('X-A: 1\r\n');
    expect(received).toMatch(/Content-Length: 7\r\n\r\nchanged$/);
  });

  it('leave what goes on elsewhere as it was', async () => {
    const once: Interceptor = (request, next) => {
      if (request.redirects.length === 0) request.headers.set('X-Once', '1');
      return next(request);
    };
    const same = away.replace('http://b.test', '');
    const { client, connections } = await clientWith([once], same, ok(''));
    await client.get(URL_OK);
    const heads = connections[0]?.heads ?? [];
    expect(heads.map((head) => head.includes('X-Once'))).toEqual([true, false]);
  });

  it('answer themselves, without a connection', async () => {
    const cache: Interceptor = ({ url }) => ClientResponse.of({ url, body: 'from memory' });
    const { client, transport } = await clientWith([cache]);
    expect(await (await client.get(URL_OK)).text()).toBe('from memory');
    expect(transport.connections).toBe(0);
    await client.close();
  });

  it('ask twice', async () => {
    const login: Interceptor = async (request, next) => {
      const response = await next(request);
      if (response.status !== 401) return response;
      await response.discard();
      request.headers.set('Authorization', 'Bearer new');
      return next(request);
    };
    const refused = 'HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n';
    const { client, connections } = await clientWith([login], refused, ok('in'));
    expect(await (await client.get(URL_OK)).text()).toBe('in');
    expect(connections[0]?.heads[1]).toContain('Authorization: Bearer new');
  });

  it('wrap a response, whose request is still given up with its signal', async () => {
    const upper: Interceptor = async (request, next) => {
      const response = await next(request);
      const { status, headers, url } = response;
      async function* body(): AsyncGenerator<Uint8Array> {
        for await (const piece of response) {
          yield new TextEncoder().encode(new TextDecoder().decode(piece).toUpperCase());
        }
      }
      return ClientResponse.of({ status, headers, url, body: body() });
    };
    const half = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf';
    const { client, connections } = await clientWith([upper], ok('quiet'), half);
    expect(await (await client.get(URL_OK)).text()).toBe('QUIET');
    const controller = new AbortController();
    const response = await client.get(URL_OK, { signal: controller.signal });
    const text = watched(response.text());
    await settle();
    controller.abort(new Error('enough'));
    await expect(text.promise).rejects.toThrow('enough');
    await settle();
    expect(connections[0]?.closed).toBe(true);
  });

  it('that fail fail the request, and give up what they have asked for', async () => {
    const mine = new Error('mine');
    const failing: Interceptor = async (request, next) => {
      await next(request);
      throw mine;
    };
    const half = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf';
    const { client, connections } = await clientWith([failing], half);
    await expect(client.get(URL_OK)).rejects.toBe(mine);
    await settle();
    expect(connections[0]?.closed).toBe(true);
    const nothing = await clientWith([(() => undefined) as unknown as Interceptor]);
    await expect(nothing.client.get(URL_OK)).rejects.toMatchObject({ code: 'invalid-argument' });
    const wrong: Interceptor = (request, next) => next({ ...request, url: 'x' as unknown as URL });
    await expect((await clientWith([wrong])).client.get(URL_OK)).rejects.toMatchObject({
      code: 'invalid-url',
    });
  });

  it('are not waited for when the request is given up, and told', async () => {
    let told: unknown = null;
    const hanging: Interceptor = (request) => {
      request.signal.addEventListener('abort', () => {
        told = request.signal.reason;
      });
      return new Promise(() => {});
    };
    const clock = new ManualClock();
    const client = new Client({
      transport: memory(),
      clock,
      interceptors: [hanging],
      totalTimeoutMs: 100,
    });
    const request = watched(client.get(URL_OK));
    await settle();
    clock.advance(100);
    await expect(request.promise).rejects.toMatchObject({ code: 'total-timeout' });
    expect(told).toMatchObject({ code: 'total-timeout' });
    await client.close();
  });
});

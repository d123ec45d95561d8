import { ClientResponse } from '@netlayers/client';
import { Headers } from '@netlayers/http';
import { describe, expect, it } from 'vitest';

const url = 'http://a.test/x';

describe('a response that no connection has brought', () => {
  it('has what it was made of', async () => {
    const response = ClientResponse.of({
      status: 203,
      headers: { ETag: '"1"' },
      body: 'héllo',
      trailers: new Headers({ 'X-Sum': '2' }),
      url,
      redirects: [new URL('http://b.test/')],
    });
    expect(response).toMatchObject({ status: 203, ok: true, method: 'GET', bodyLength: 6 });
    expect(response.reason).toBe('Non-Authoritative Information');
    expect(response.headers.get('etag')).toBe('"1"');
    expect(response.url.href).toBe(url);
    expect(response.redirects).toHaveLength(1);
    expect(response.trailers?.get('x-sum')).toBe('2');
    expect(await response.text()).toBe('héllo');
    expect(() => response.body).toThrow(expect.objectContaining({ code: 'body-used' }));
    expect(() => response.takeStream()).toThrow(TypeError);
  });

  it('is empty where nothing is given', async () => {
    const response = ClientResponse.of({ url });
    expect(response).toMatchObject({ status: 200, bodyLength: 0, decoded: false, trailers: null });
    expect((await response.bytes()).length).toBe(0);
  });

  it('may be a stream, which a discard lets go of', async () => {
    let released = false;
    async function* body(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array(3);
      } finally {
        released = true;
      }
    }
    const response = ClientResponse.of({ url, body: body() });
    expect(response.bodyLength).toBe(-1);
    for await (const chunk of response) {
      expect(chunk.length).toBe(3);
      break;
    }
    expect(released).toBe(true);
    await ClientResponse.of({ url, body: body() }).discard();
  });
});

import { describe, expect, it } from 'vitest';
import { answers, Harness, head, ok, type RawScript, statusOf } from '../support/harness.js';
import { settle } from '../support/settle.js';

const resets: RawScript = (peer) => peer.abort();
const TWO = ['http://a', 'http://b'];

describe('a request that fails', () => {
  it('goes to another upstream where nobody listens, whatever its method [RFC 9110 9.2.2]', async () => {
    const harness = await Harness.start({}, TWO);
    const b = await harness.raw('b', (peer, text) => {
      if (text.endsWith('hello')) peer.send(ok('from b'));
    });
    const response = await harness.fetch(`${head('POST /', 'Content-Length: 5')}hello`);
    expect(response).toMatch(/from b$/);
    expect(harness.failures).toEqual(['http://a/ ECONNREFUSED']);
    expect(harness.proxy.counters()).toMatchObject({
      retries: 1,
      upstreams: [
        { active: 0, failures: 1, responses: 0 },
        { active: 0, failures: 0, responses: 1 },
      ],
    });
    expect(b.peers.length).toBe(1);
  });

  it('without an answer is repeated if it is idempotent, with its content [RFC 9110 9.2.2]', async () => {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
      const harness = await Harness.start({}, TWO);
      await harness.raw('a', resets);
      const b = await harness.raw('b', (peer, text) => {
        if (text.endsWith('hello')) peer.send(ok('from b'));
      });
      const response = await harness.fetch(`${head(`${method} /`, 'Content-Length: 5')}hello`);
      expect(statusOf(response), method).toBe(200);
      expect(b.text).toMatch(/hello$/);
      expect(harness.errors).toEqual([]);
    }
  });

  it('is not repeated where that might do something twice [RFC 9110 9.2.2]', async () => {
    const harness = await Harness.start({}, TWO);
    await harness.raw('a', resets);
    const b = await harness.raw('b');
    const response = await harness.fetch(`${head('POST /', 'Content-Length: 5')}hello`);
    expect(statusOf(response)).toBe(502);
    expect(b.peers.length).toBe(0);
  });

  it('is not repeated once its content is too much to be kept', async () => {
    const harness = await Harness.start({}, TWO);
    await harness.raw('a', (peer) => {
      if (peer.received > 300_000) peer.abort();
    });
    const b = await harness.raw('b');
    const client = await harness.connect();
    client.send(head('PUT /', 'Content-Length: 1000000'));
    client.sendPattern(1_000_000);
    await settle(200);
    expect(statusOf(client.text)).toBe(502);
    expect(b.peers.length).toBe(0);
  });

  it('is repeated when an upstream dies in the middle of a little answer [RFC 9110 9.2.2]', async () => {
    const harness = await Harness.start({}, TWO);
    await harness.raw('a', (peer) => {
      peer.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc');
      setImmediate(() => peer.abort());
    });
    await harness.raw('b', answers(ok('from b')));
    expect(await harness.fetch(head('GET /'))).toMatch(/from b$/);
  });

  it('fails for the client once a response has begun', async () => {
    const harness = await Harness.start({}, TWO);
    await harness.raw('a', (peer) => {
      peer.send('HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\nabc');
      peer.reactions.data = () => {};
      setImmediate(() => peer.abort());
    });
    const b = await harness.raw('b');
    const client = await harness.connect();
    client.send(head('GET /'));
    await settle();
    expect(client.closeCode).toBe('ECONNRESET');
    expect(b.peers.length).toBe(0);
  });

  it('is repeated so often and no more, and never at the same upstream', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const harness = await Harness.start(
      { retry: { times: 2 } },
      names.map((name) => `http://${name}`),
    );
    const servers = await Promise.all(names.map((name) => harness.raw(name, resets)));
    expect(statusOf(await harness.fetch(head('GET /')))).toBe(502);
    expect(servers.map(({ peers }) => peers.length)).toEqual([1, 1, 1, 0, 0]);
  });

  it('is repeated only as far as the budget goes', async () => {
    const harness = await Harness.start(
      { retry: { burst: 2, ratio: 0 }, passive: { failures: Number.POSITIVE_INFINITY } },
      TWO,
    );
    const b = await harness.raw('b');
    const statuses: number[] = [];
    for (let n = 0; n < 8; n++) statuses.push(statusOf(await harness.fetch(head('GET /'))));
    expect(statuses).toEqual([200, 200, 200, 200, 502, 200, 502, 200]);
    expect(b.text.match(/GET/g)?.length).toBe(6);
    expect(harness.proxy.counters().retries).toBe(2);
  });

  it('times out at one and is answered by another [RFC 9110 15.6.5]', async () => {
    const harness = await Harness.start({ timeouts: { headersMs: 3000 } }, TWO);
    await harness.raw('a', () => {});
    await harness.raw('b');
    const client = await harness.connect();
    client.send(head('GET /'));
    await settle();
    await harness.advance(2900);
    expect(client.text).toBe('');
    await harness.advance(500);
    expect(statusOf(client.text)).toBe(200);
  });

  it('says so by a status that counts as a failure, which is passed on when nobody else answers', async () => {
    const harness = await Harness.start({ failureStatuses: [503] }, TWO);
    const busy = answers('HTTP/1.1 503 Busy\r\nContent-Length: 4\r\nRetry-After: 7\r\n\r\nbusy');
    await harness.raw('a', busy);
    await harness.raw('b');
    expect(statusOf(await harness.fetch(head('GET /')))).toBe(200);
    await harness.proxy.remove('http://b');
    const response = await harness.fetch(head('GET /'));
    expect(response).toMatch(/^HTTP\/1\.1 503 Busy\r\n/);
    expect(response).toMatch(/\r\n\r\nbusy$/);
    expect(harness.proxy.counters().upstreams[0]).toMatchObject({ active: 0, failures: 2 });
  });

  it('for what the client has sent is held against no upstream', async () => {
    const harness = await Harness.start({ passive: { failures: 1 } }, TWO);
    await harness.raw('a', () => {});
    await harness.raw('b', () => {});
    const client = await harness.connect();
    client.send(head('PUT /', 'Transfer-Encoding: chunked'));
    await settle();
    client.send('nonsense\r\n');
    await settle();
    expect(statusOf(client.text)).toBe(400);
    expect(harness.failures).toEqual([]);
  });
});

describe('no upstream', () => {
  it('is 503 with a time to come back [RFC 9110 10.2.3]', async () => {
    const harness = await Harness.start({}, []);
    const response = await harness.fetch(head('GET /'));
    expect(statusOf(response)).toBe(503);
    expect(response).toContain('\r\nRetry-After: 1\r\n');
  });

  it('that answers is 502, in time 504 [RFC 9110 15.6.3]', async () => {
    const harness = await Harness.start({ timeouts: { headersMs: 2000 } });
    expect(statusOf(await harness.fetch(head('GET /')))).toBe(502);
    await harness.raw('a', () => {});
    const client = await harness.connect();
    client.send(head('GET /'));
    await harness.advance(3000);
    expect(client.text).toMatch(/^HTTP\/1\.1 504 Gateway Timeout\r\n/);
    expect(client.text).not.toContain('http://a');
  });
});

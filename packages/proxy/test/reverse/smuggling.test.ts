import { Response } from '@netlayers/http';
import { fuzzSeed, seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { Harness } from '../support/harness.js';
import { settle } from '../support/settle.js';

const HEAD = 'POST /x?y HTTP/1.1\r\nHost: example.org\r\n';
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
const SAMPLES = [
  `${HEAD}Content-Length: 5\r\n\r\nhello`,
  `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n`,
  `${HEAD}Content-Length: ${SMUGGLED.length}\r\nConnection: Content-Length, Host\r\n\r\n${SMUGGLED}`,
  `${HEAD}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n2c\r\n${SMUGGLED}\r\n0\r\n\r\n`,
  `GET http://other/a HTTP/1.1\r\nHost: example.org\r\n\r\n${SMUGGLED}`,
  `OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\nHEAD /h HTTP/1.1\r\nHost: h\r\n\r\n`,
  `GET /u HTTP/1.1\r\nHost: h\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n${SMUGGLED}`,
];
const PIECES = [
  '\r',
  '\n',
  '\r\n',
  ' ',
  '\t',
  '\0',
  ':',
  ',',
  '\x0b',
  '\x85',
  'chunked',
  '0',
  ';',
  '\r\n ',
  'Content-Length: 3\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Connection: Transfer-Encoding\r\n',
];

describe('whatever a client sends', () => {
  it('makes as many requests at the upstream as the proxy has sent, all of them in order [RFC 9112 11.2]', async () => {
    const seed = fuzzSeed(97);
    const random = seededRandom(seed);
    const passive = { failures: Number.POSITIVE_INFINITY };
    // Whose end does not abort its requests.
    const harness = await Harness.start({ passive, upgrades: ['x'] }, ['http://a'], {
      halfOpen: true,
    });
    const targets: string[] = [];
    const upstream = await harness.serve('a', async (request) => {
      targets.push(request.target);
      return new Response(200).body(await request.bytes());
    });
    for (let round = 0; round < 1500; round++) {
      let text = SAMPLES[random.below(SAMPLES.length)]!;
      for (let n = random.below(3); n > 0; n--) {
        const at = random.below(text.length);
        const piece = PIECES[random.below(PIECES.length)]!;
        text = text.slice(0, at) + piece + text.slice(at + random.below(2));
      }
      const client = await harness.connect();
      client.send(text);
      client.stream.end();
      await settle(8);
      client.abort();
      await settle(2);
    }
    const [counters] = harness.proxy.counters().upstreams;
    const { requests, rejected } = upstream.counters();
    expect(rejected, `seed ${seed}`).toBe(0);
    expect(requests, `seed ${seed}`).toBeLessThanOrEqual(counters!.requests);
    // What was aborted on its way may be missing, and nothing else.
    expect(requests).toBeGreaterThan(500);
    expect(counters?.active).toBe(0);
    expect(targets.filter((target) => !target.startsWith('/') && target !== '*')).toEqual([]);
  });
});

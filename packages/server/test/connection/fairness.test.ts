import { Response } from '@netlayers/http';
import { describe, expect, it } from 'vitest';
import { Harness, head, settle } from '../support/harness.js';

const MOST_IN_A_ROW = 32;

describe('many pipelined requests in one piece', () => {
  const HANDLERS = {
    'at once': () => Response.text('x'),
    'a promise later': async () => Response.text('x'),
  };
  for (const [name, handler] of Object.entries(HANDLERS)) {
    it(`answered ${name} let others be served in between [RFC 9112 9.3.2]`, async () => {
      const harness = await Harness.start((server) => server.route('GET', '/', handler));
      const greedy = await harness.connect();
      await greedy.send(head('GET /').repeat(1000));
      await settle();
      const first = harness.server.counters().requests;
      expect(first).toBeGreaterThanOrEqual(MOST_IN_A_ROW);
      expect(first).toBeLessThanOrEqual(MOST_IN_A_ROW + 1);
      expect((await harness.fetch(head('GET /'))).status).toBe(200);
      for (let turn = 0; turn < 40; turn++) await harness.advance(1);
      expect(greedy.takeResponses()).toHaveLength(1000);
    });
  }

  it('are none where each waits for the response before it', async () => {
    const harness = await Harness.start((server) =>
      server.route('GET', '/', () => Response.text('x')),
    );
    const client = await harness.connect();
    for (let at = 0; at < 3 * MOST_IN_A_ROW; at++) {
      expect((await client.fetch(head('GET /'))).status).toBe(200);
    }
  });

  it('end with the connection, while others have their turn', async () => {
    const harness = await Harness.start((server) =>
      server.route('GET', '/', () => Response.text('x')),
    );
    const client = await harness.connect();
    await client.send(head('GET /').repeat(1000));
    client.stream.abort();
    await settle();
    await harness.advance(1000);
    expect(harness.server.counters().connections).toBe(0);
    expect(harness.errors).toEqual([]);
  });
});

describe('responses that clients do not take', () => {
  const PIECE = 0x1_0000;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) yield new Uint8Array(PIECE);
  }

  const start = async (heldContentBytes: number): Promise<Harness> =>
    Harness.start((server) => server.route('GET', '/', () => new Response(200).body(endless())), {
      limits: { heldContentBytes },
    });

  it('are counted while they wait, and not behind', async () => {
    const harness = await start(Number.POSITIVE_INFINITY);
    const client = await harness.connect();
    client.stream.pause();
    await client.send(head('GET /'));
    for (let turn = 0; turn < 50; turn++) await settle();
    expect(harness.server.counters().heldContentBytes).toBe(2 * PIECE);
    client.stream.abort();
    for (let turn = 0; turn < 5; turn++) await settle();
    expect(harness.server.counters().heldContentBytes).toBe(0);
  });

  it('are given up above the bound, but for those that move on', async () => {
    const harness = await start(5 * PIECE);
    const clients = await Promise.all([1, 2, 3, 4].map(() => harness.connect()));
    for (const client of clients) {
      client.stream.pause();
      await client.send(head('GET /'));
    }
    const [steady] = clients;
    for (let second = 0; second < 8; second++) {
      await harness.advance(1000);
      // It takes what has come, and pauses again.
      steady!.readsOnce = true;
      steady!.stream.resume();
      for (let turn = 0; turn < 20; turn++) await settle();
    }
    const { connections, aborted, heldContentBytes } = harness.server.counters();
    expect({ connections, aborted }).toEqual({ connections: 2, aborted: 2 });
    expect(heldContentBytes).toBeLessThanOrEqual(5 * PIECE);
    expect(steady!.closed).toBeNull();
  });
});

describe('text in memory', () => {
  for (const [what, length] of [
    ['longer in octets than in characters', 40_000],
    ['just short enough for one write', 0x1_0000 / 2],
    ['just too long for it', 0x1_0000 / 2 + 1],
  ] as const) {
    it(`that is ${what} is sent as a whole [RFC 9112 6.2]`, async () => {
      const harness = await Harness.start((server) =>
        server.route('GET', '/', () => Response.text('é'.repeat(length))),
      );
      const client = await harness.connect();
      await client.send(head('GET /'));
      for (let turn = 0; turn < 20; turn++) await settle();
      const [response] = client.takeResponses();
      expect(response?.body.length).toBe(2 * length);
    });
  }
});

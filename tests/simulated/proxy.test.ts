import { Client } from '@netlayers/client';
import { Response } from '@netlayers/http';
import { type ProxyOptions, proxy, proxyProtocol } from '@netlayers/proxy';
import { Server } from '@netlayers/server';
import { createNetwork, type LinkOptions, type SimHost } from '@netlayers/sim';
import { describe, expect, it } from 'vitest';

type Network = ReturnType<typeof createNetwork>;

const ADDRESSES = ['10.0.0.11', '10.0.0.12', '10.0.0.13'];

/** A client, a proxy and three servers around a router. */
function setUp(seed: number, link: LinkOptions) {
  const network = createNetwork({ seed });
  const router = network.router();
  const host = (address: string): SimHost => {
    const made = network.host({ address });
    network.link(made, router, link);
    return made;
  };
  return { network, client: host('10.0.0.1'), front: host('10.0.0.2'), backs: ADDRESSES.map(host) };
}

/** Serves the host's own number, and as much content as is asked for. */
async function serve(network: Network, host: SimHost, name: string): Promise<void> {
  const server = new Server({ clock: network.clock, serverName: null });
  server.route('GET', '/', () => Response.text(name));
  server.route('GET', '/big', () => new Response(200).body(new Uint8Array(300_000)));
  server.route('PUT', '/count', async (request) => {
    let count = 0;
    for await (const piece of request) count += piece.length;
    return Response.text(String(count));
  });
  await server.listen(host.transport, { port: 80 });
}

async function serveProxy(network: Network, front: SimHost, options: Partial<ProxyOptions>) {
  const server = new Server({ clock: network.clock });
  const handler = proxy(
    ADDRESSES.map((address) => `http://${address}`),
    { transport: front.transport, clock: network.clock, ...options },
  );
  server.fallback(handler);
  await server.listen(front.transport, { port: 80 });
  return handler;
}

describe('a proxy on our TCP', () => {
  it('loses no idempotent request when a server loses its power, and takes it back [RFC 9110 9.2.2]', async () => {
    const { network, client, front, backs } = setUp(7, { delayMs: 5, loss: 0.01 });
    const timeouts = { connectMs: 1000, headersMs: 2000, idleMs: 2000 };
    const retry = { burst: 1000 };
    await network.run(async () => {
      for (const [index, back] of backs.entries()) await serve(network, back, String(index));
      const handler = await serveProxy(network, front, {
        timeouts,
        retry,
        passive: { outMs: 3000 },
      });
      const browser = new Client({ transport: client.transport, clock: network.clock });
      const answers: string[] = [];
      const ask = async (until: number): Promise<void> => {
        while (network.clock.now() < until) {
          const response = await browser.get('http://10.0.0.2/');
          expect(response.status).toBe(200);
          answers.push(await response.text());
          await network.sleep(20);
        }
      };
      const load = Promise.all(Array.from({ length: 4 }, () => ask(25_000)));
      await network.sleep(3000);
      backs[1]?.crash();
      await network.sleep(7000);
      expect(handler.counters().upstreams[1]).toMatchObject({ state: 'out' });
      backs[1]?.restart();
      await serve(network, backs[1] as SimHost, '1 again');
      await load;
      expect(answers.length).toBeGreaterThan(1000);
      expect(answers.slice(-100)).toContain('1 again');
      expect(handler.counters().retries).toBeGreaterThan(2);
      expect(handler.counters().upstreams.map(({ active }) => active)).toEqual([0, 0, 0]);
      await browser.close();
    });
  });

  it('brings content both ways over bad links, as it was', async () => {
    const { network, client, front, backs } = setUp(11, {
      delayMs: 10,
      jitterMs: 2,
      loss: 0.03,
      corrupt: 0.01,
      reorder: { probability: 0.05, extraMs: 5 },
    });
    await network.run(async () => {
      for (const back of backs) await serve(network, back, 'x');
      await serveProxy(network, front, {});
      const browser = new Client({ transport: client.transport, clock: network.clock });
      for (let n = 0; n < 6; n++) {
        const down = await browser.get('http://10.0.0.2/big');
        expect((await down.bytes()).length).toBe(300_000);
        const up = await browser.put('http://10.0.0.2/count', new Uint8Array(300_000));
        expect(await up.text()).toBe('300000');
      }
      await browser.close();
    });
  });

  it('tells a server behind PROXY headers whose a connection is', async () => {
    const { network, client, front, backs } = setUp(13, { delayMs: 5, loss: 0.05 });
    await network.run(async () => {
      const seen: string[] = [];
      const server = new Server({ clock: network.clock });
      server.route('GET', '/', (request) => {
        seen.push(request.remoteAddress);
        return Response.text('x');
      });
      const [back] = backs as [SimHost];
      const trusted = (address: string): boolean => address === '10.0.0.2';
      const behind = proxyProtocol(back.transport, { trusted, clock: network.clock });
      await server.listen(behind, { port: 80 });
      for (const version of [1, 2] as const) {
        const ends = () => ({
          source: { address: '203.0.113.9', port: 1 },
          destination: { address: '203.0.113.1', port: 2 },
        });
        const transport = proxyProtocol(front.transport, { version, ends });
        const through = new Client({ transport, clock: network.clock });
        await (await through.get('http://10.0.0.11/')).text();
        await through.close();
      }
      const direct = new Client({ transport: client.transport, clock: network.clock });
      await (await direct.get('http://10.0.0.11/')).text();
      await direct.close();
      expect(seen).toEqual(['203.0.113.9', '203.0.113.9', '10.0.0.1']);
    });
  });
});

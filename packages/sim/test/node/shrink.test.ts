import http from 'node:http';
import { type NodeNetwork, shrink, simulate } from '@netlayers/sim/node';
import { describe, expect, it } from 'vitest';

/** Loads a page, however long that takes; then asks twice, each time for 150 ms. */
async function askTwice(network: NodeNetwork, loss: number): Promise<string> {
  const api = network.host('api.test');
  const app = network.host('app.test');
  network.link(app, api, { delayMs: 20, loss, duplicate: 0.05 });
  const page = 'x'.repeat(20_000);
  const answer = (url = '/') => (url === '/page' ? page : 'hello');
  api.run(() => http.createServer(({ url }, response) => response.end(answer(url))).listen(80));
  return await app.run(async () => {
    await (await fetch('http://api.test/page')).text();
    await network.sleep(10_000);
    for (let attempt = 0; ; attempt++) {
      try {
        const response = await fetch('http://api.test/', { signal: AbortSignal.timeout(150) });
        return await response.text();
      } catch (error) {
        if (attempt === 1) throw error;
      }
    }
  });
}

async function failingSeed(program: (network: NodeNetwork) => Promise<unknown>): Promise<number> {
  for (let seed = 1; ; seed++) {
    try {
      await simulate({ seed, captureFolder: null }, program);
    } catch {
      return seed;
    }
  }
}

describe('a failure', () => {
  it('is made of as few lost packets as it takes, which make it again', async () => {
    const program = (network: NodeNetwork) => askTwice(network, 0.2);
    const seed = await failingSeed(program);
    const shrunk = await shrink(program, seed);
    expect(shrunk.lost.after).toBeLessThan(shrunk.lost.before);
    const { misfortunes } = shrunk;
    await expect(simulate({ seed, misfortunes, captureFolder: null }, program)).rejects.toThrow(
      'aborted due to timeout',
    );
    const { drop } = misfortunes;
    const dropped = Object.entries(drop).flatMap(([direction, indexes]) =>
      indexes.map((index) => ({ direction, index })),
    );
    expect(dropped.length).toBe(shrunk.lost.after);
    for (const { direction, index } of dropped) {
      const others = drop[direction]!.filter((other) => other !== index);
      const fewer = { ...misfortunes, drop: { ...drop, [direction]: others } };
      const run = simulate({ seed, misfortunes: fewer, captureFolder: null }, program);
      expect(await run).toBe('hello');
    }
    expect(String(shrunk)).toContain(`seed ${seed} fails with ${dropped.length} of`);
    expect(String(shrunk)).toContain(`drop ${dropped[0]!.direction}: packet`);
  });

  it('is made of the one partition that it takes', async () => {
    const program = async (network: NodeNetwork): Promise<void> => {
      const [web, one, two] = ['web', 'one', 'two'].map((name) => network.host(`${name}.test`));
      network.connectAll([web!, one!, two!], { delayMs: 5, loss: 0.02 });
      for (const host of [one!, two!]) {
        host.run(() => http.createServer((_request, response) => response.end()).listen(80));
      }
      network.at(100, () => network.partition(web!, two!));
      network.at(200, () => network.partition(web!, one!));
      network.at(300, () => network.partition(one!, two!));
      await network.sleep(400);
      await web!.run(() => fetch('http://one.test/', { signal: AbortSignal.timeout(30_000) }));
    };
    const shrunk = await shrink(program, 1);
    const { cuts, lost, misfortunes } = shrunk;
    const ends = 'web.test <> one.test';
    const kept = [{ name: 'partition 2', ends, atMs: 200, endMs: null }];
    expect(cuts).toEqual({ before: 3, after: 1, kept });
    expect(String(shrunk)).toContain(`  cut ${ends}: from 200 ms to the end (partition 2)\n`);
    expect(lost.after).toBe(0);
    expect(misfortunes.mend).toEqual(['partition 1', 'partition 3']);
  });

  it('is told with the time and the ends of the outage that it takes', async () => {
    const program = async (network: NodeNetwork): Promise<void> => {
      const [app, api] = [network.host('app.test'), network.host('api.test')];
      const link = network.link(app, api, { delayMs: 5 });
      api.run(() => http.createServer((_request, response) => response.end()).listen(80));
      network.at(100, () => link.down('back'));
      network.at(10_100, () => link.up());
      network.at(15_000, () => network.partition(app, api, 'there').heal());
      await network.sleep(200);
      const signal = AbortSignal.timeout(5_000);
      const asked = await app.run(() => fetch('http://api.test/', { signal })).catch(() => null);
      await network.sleep(20_000);
      if (asked === null) throw new Error('no answer');
    };
    const shrunk = await shrink(program, 1);
    expect(shrunk.cuts.kept).toEqual([
      { name: 'down 1', ends: 'api.test > app.test', atMs: 100, endMs: 10_100 },
    ]);
    expect(String(shrunk)).toContain('cut api.test > app.test: from 100 ms to 10100 ms (down 1)');
  });

  it('has to be there', async () => {
    await expect(shrink((network) => askTwice(network, 0), 1)).rejects.toThrow('does not fail');
  });
});

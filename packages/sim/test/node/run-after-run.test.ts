import http from 'node:http';
import { type NodeNetwork, SimulationError, simulate } from '@netlayers/sim/node';
import { describe, expect, it, vi } from 'vitest';

const quiet = { captureFolder: null };

/** Hosts on one router, and a server on the last one. */
function withServer(network: NodeNetwork, ...names: string[]) {
  const hosts = names.map((name) => network.host(name));
  network.connectAll(hosts, { delayMs: 20 });
  hosts
    .at(-1)!
    .run(() => http.createServer((_request, response) => response.end('here')).listen(80));
  return hosts;
}

describe('time-outs of fetch', () => {
  it('fire in every run of a process at the same moment', async () => {
    const moments: number[] = [];
    for (let run = 0; run < 3; run++) {
      await simulate({ seed: 1, ...quiet }, async (network) => {
        const [app, api] = withServer(network, 'app.test', 'api.test');
        network.partition(app!, api!);
        await network.sleep(1_234);
        await expect(app!.run(() => fetch('http://api.test/'))).rejects.toThrow('fetch failed');
        moments.push(network.clock.now());
      });
    }
    expect(moments[0]).toBeLessThan(13_000);
    expect(new Set(moments).size).toBe(1);
  });

  it('fire though the host that was first to fetch has crashed', async () => {
    await simulate({ seed: 1, ...quiet }, async (network) => {
      const [first, second, api] = withServer(network, 'first.test', 'second.test', 'api.test');
      network.partition(api!, [first!, second!]);
      first!.run(() => {
        fetch('http://api.test/').catch(() => {});
      });
      network.at(2_000, () => first!.crash());
      await network.sleep(1_000);
      await expect(second!.run(() => fetch('http://api.test/'))).rejects.toThrow('fetch failed');
      expect(network.clock.now()).toBeLessThan(13_000);
    });
  });
});

describe('a run', () => {
  it('has a virtual date, also after fake timers have given back one of their own', async () => {
    vi.setSystemTime('2030-01-01');
    vi.useRealTimers();
    await simulate(quiet, async (network) => {
      await network.sleep(1_500);
      expect(new Date().toISOString()).toBe('2000-01-01T00:00:01.500Z');
    });
  });

  it('does not begin while the date is a fake one', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      await expect(simulate(quiet, () => {})).rejects.toThrow('Date were replaced before');
    } finally {
      vi.useRealTimers();
    }
  });

  it('names the one that still runs', async () => {
    const first = simulate({ seed: 41, ...quiet }, (network) => network.sleep(1_000));
    await new Promise((resolve) => setImmediate(resolve));
    await expect(simulate(quiet, () => {})).rejects.toThrow(
      /the one of seed 41, begun at run-after-run\.test\.ts:\d+, still runs/,
    );
    await first;
  });

  it('fails for a promise that nobody has looked at, and says where', async () => {
    const before = process.listeners('unhandledRejection');
    const failing = simulate({ seed: 7, ...quiet }, async (network) => {
      const [app] = withServer(network, 'app.test', 'api.test');
      app!.run(async () => {
        await fetch('http://api.test:81/');
      });
      await network.sleep(1_000);
    });
    await expect(failing).rejects.toBeInstanceOf(SimulationError);
    await expect(failing).rejects.toThrow(/fetch failed\n {2}seed 7, after 80\.000 ms/);
    expect(process.listeners('unhandledRejection')).toEqual(before);
  });

  it('wants options and a program', async () => {
    const wrong = simulate as unknown as (...args: unknown[]) => Promise<unknown>;
    await expect(wrong(() => {})).rejects.toThrow('simulate takes its options before the program');
    for (const args of [[quiet, './module.mjs'], [quiet]]) {
      await expect(wrong(...args)).rejects.toThrow('a function or the URL of a module');
    }
    await expect(wrong({ sed: 4 }, () => {})).rejects.toThrow('no option sed; is it seed?');
    await expect(wrong({ isolate: true }, () => {})).rejects.toThrow(
      'cannot be handed to a thread',
    );
  });
});

import { createNetwork, SimError } from '@netlayers/sim';
import { describe, expect, it } from 'vitest';

const twoHosts = (link = {}) => {
  const network = createNetwork();
  const a = network.host({ address: '10.0.0.1', name: 'a.test' });
  const b = network.host({ address: '10.0.0.2', name: 'b.test' });
  return { network, a, b, link: network.link(a, b, link) };
};

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

describe('time', () => {
  it('passes for sleepers and costs no real time', async () => {
    const { network } = twoHosts();
    const began = performance.now();
    const order: string[] = [];
    const result = await network.run(async () => {
      const late = network.sleep(3_000_000).then(() => order.push('late'));
      await network.sleep(1000);
      order.push(`early at ${network.clock.now()}`);
      await late;
      return order.join(', ');
    });
    expect(result).toBe('early at 1000, late');
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it('has a wall time that begins where it was told to', async () => {
    const network = createNetwork({ startMs: 1_000_000 });
    await network.advance(250.5);
    expect(network.clock.wallTime()).toBe(1_000_250.5);
  });

  it('waits for chains of microtasks of any length', async () => {
    const { network } = twoHosts();
    const at = await network.run(async () => {
      await network.sleep(1);
      for (let hop = 0; hop < 1000; hop++) await null;
      return network.clock.now();
    });
    expect(at).toBe(1);
  });

  it('stands still until whoever waited for a condition has gone on', async () => {
    const { network } = twoHosts();
    const at = await network.run(async () => {
      let isReached = false;
      void network.sleep(5).then(() => {
        isReached = true;
      });
      void network.sleep(60_000);
      await network.until(() => isReached);
      return network.clock.now();
    });
    expect(at).toBe(5);
  });

  it('fires timers in the order of their time, and of their setting', async () => {
    const { network } = twoHosts();
    const fired: number[] = [];
    for (const [index, at] of [5, 1, 5, 3, 1].entries()) {
      network.clock.setTimer(at, () => fired.push(index));
    }
    network.clock.clearTimer(network.clock.setTimer(2, () => fired.push(99)));
    await network.advance(10);
    expect(fired).toEqual([1, 4, 3, 0, 2]);
  });

  it('fires a timer after whatever the one before it has caused, at the same moment too', async () => {
    const { network } = twoHosts();
    const order: string[] = [];
    const program = async (name: string): Promise<void> => {
      await network.sleep(5);
      for (let hop = 1; hop < 100; hop++) await null;
      order.push(`${name} has gone on at ${network.clock.now()}`);
    };
    network.clock.setTimer(5, () => {
      order.push('first');
      void Promise.resolve().then(() => {
        order.push('after the first');
        network.clock.clearTimer(third);
        network.clock.setTimer(5, () => order.push('last'));
      });
    });
    network.clock.setTimer(5, () => order.push('second'));
    const third = network.clock.setTimer(5, () => order.push('never'));
    await network.run(() => Promise.all([program('a'), program('b')]));
    await network.settle();
    expect(order).toEqual([
      'first',
      'after the first',
      'second',
      'a has gone on at 5',
      'b has gone on at 5',
      'last',
    ]);
  });

  it('stands still while something of the real world is awaited', async () => {
    const { network } = twoHosts();
    const at = await network.run(async () => {
      void network.sleep(5);
      const real = new Promise<void>((resolve) => setTimeout(resolve, 20));
      await network.outside(real);
      return network.clock.now();
    });
    expect(at).toBe(0);
  });

  it('lets the host fire its own timers meanwhile', async () => {
    const { network, a, b } = twoHosts({ delayMs: 1 });
    let fired = 0;
    const ticking = setInterval(() => fired++, 1);
    const began = performance.now();
    await network.run(async () => {
      b.stack.listen({ port: 80 }, (socket) => {
        socket.setHandler({
          handleData() {},
          handleEnd: () => socket.end(),
          handleDrain() {},
          handleClose() {},
        });
      });
      const socket = await a.stack.connect({ host: 'b.test', port: 80 });
      while (performance.now() - began < 100) {
        socket.write(new Uint8Array(100_000));
        await network.sleep(10);
      }
      socket.abort();
    });
    clearInterval(ticking);
    expect(fired).toBeGreaterThan(10);
  });
});

describe('run', () => {
  it('returns what the program returns, and rejects with what it throws', async () => {
    const { network } = twoHosts();
    expect(await network.run(() => 7)).toBe(7);
    await expect(network.run(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  });

  it('calls a program that waits for nothing a deadlock', async () => {
    const { network } = twoHosts();
    const error = await network.run(() => new Promise<Error>(() => {})).catch((reason) => reason);
    expect(error).toBeInstanceOf(SimError);
    expect(codeOf(error)).toBe('EDEADLOCK');
    expect(error.message).toContain('the program still waits; open connections: a.test has 0');
    expect(error.message).toContain('pass that promise to network.outside');
  });

  it('goes on after a limit that falls between two events', async () => {
    const { network } = twoHosts();
    const fired: number[] = [];
    void network.sleep(1000).then(() => fired.push(network.clock.now()));
    const never = () => new Promise(() => {});
    await expect(network.run(never, { limitMs: 700 })).rejects.toMatchObject({ code: 'ELIMIT' });
    expect(network.clock.now()).toBe(700);
    await network.advance(500);
    expect(fired).toEqual([1000]);
    expect(network.clock.now()).toBe(1200);
  });

  it('ends a program that takes too long', async () => {
    const { network } = twoHosts();
    const forever = async (): Promise<void> => {
      for (;;) await network.sleep(1000);
    };
    const error = await network.run(forever, { limitMs: 60_000 }).catch((reason) => reason);
    expect(codeOf(error)).toBe('ELIMIT');
    expect(network.clock.now()).toBe(60_000);
  });

  it('notices that time stands still', async () => {
    const network = createNetwork();
    const again = (): void => void network.clock.setTimer(0, again);
    again();
    const error = await network.run(() => network.sleep(1)).catch((reason) => reason);
    expect(codeOf(error)).toBe('ELIVELOCK');
    expect(error.message).toContain('a loop of setImmediate or of timers of 0 ms?');
  });

  it('rejects with what a handler throws', async () => {
    const { network, a, b } = twoHosts();
    b.stack.listen({ port: 80 }, () => {
      throw new Error('in accept');
    });
    await expect(
      network.run(async () => {
        const socket = await a.stack.connect({ host: '10.0.0.2', port: 80 });
        await network.sleep(1000);
        socket.abort();
      }),
    ).rejects.toThrow('in accept');
  });

  it('lets several programs run side by side', async () => {
    const { network } = twoHosts();
    const order: number[] = [];
    const program = (ms: number) => async (): Promise<void> => {
      await network.sleep(ms);
      order.push(ms);
    };
    await Promise.all([network.run(program(30)), network.run(program(10)), network.advance(20)]);
    expect(order).toEqual([10, 30]);
  });
});

describe('hosts', () => {
  it('find each other by name, and nobody else', async () => {
    const { network, a, b } = twoHosts();
    await network.run(async () => {
      const listener = b.stack.listen({ port: 80 }, (socket) => socket.abort());
      const socket = await a.stack.connect({ host: 'b.test', port: listener.port });
      expect(socket.remoteAddress).toBe('10.0.0.2');
      socket.abort();
      const error = await a.stack.connect({ host: 'c.test', port: 80 }).catch((reason) => reason);
      expect(codeOf(error)).toBe('ENOTFOUND');
    });
  });

  it('have one link', () => {
    const { network, a } = twoHosts();
    const c = network.host({ address: '10.0.0.3' });
    expect(() => network.link(a, c)).toThrow('a.test has its link');
    expect(() => createNetwork().link(c, network.router())).toThrow('belongs to another network');
  });

  it('measure the delay of the link when they ping', async () => {
    const { network, a } = twoHosts({ there: { delayMs: 30 }, back: { delayMs: 12 } });
    const reply = await network.run(() => a.stack.ping('10.0.0.2'));
    expect(reply.rttMs).toBeCloseTo(42, 6);
  });

  it('that are pinged without an answer make the ping time out', async () => {
    const { network, a, link } = twoHosts();
    link.down();
    const error = await network.run(() => a.stack.ping('10.0.0.2')).catch((reason) => reason);
    expect(codeOf(error)).toBe('ETIMEDOUT');
    expect(network.clock.now()).toBe(1000);
    expect(link.there.fates['link-down']).toBe(1);
  });
});

describe('bad options', () => {
  it.each([
    { mtu: 67 },
    { mtu: 65536 },
    { loss: -0.1 },
    { loss: 1.1 },
    { delayMs: -1 },
    { delayMs: Number.POSITIVE_INFINITY },
    { duplicate: Number.NaN },
    { rateBitsPerSecond: 0 },
    { queuePackets: 0 },
    { back: { corrupt: 2 } },
    { reorder: { probability: 2, extraMs: 1 } },
    { burstLoss: { probability: 0.1, endProbability: 3 } },
  ])('%j is refused', (options) => {
    expect(() => twoHosts(options)).toThrow(RangeError);
  });

  it('a route that is no prefix is refused', () => {
    const network = createNetwork();
    for (const routes of [['10.0.0.0/33'], ['10.0.0/8'], ['x'], ['1.2.3.4/8/9']]) {
      expect(() => network.host({ address: '10.0.0.1', routes })).toThrow(RangeError);
    }
  });
});

import { createNetwork, type SimHost } from '@netlayers/sim';
import type { TcpSocket } from '@netlayers/stack';
import { describe, expect, it } from 'vitest';

const threeHosts = (link = {}) => {
  const network = createNetwork();
  const router = network.router();
  const [a, b, c] = ['a', 'b', 'c'].map((name, index) =>
    network.host({ name: `${name}.test`, address: `10.0.0.${index + 1}` }),
  ) as [SimHost, SimHost, SimHost];
  const links = [a, b, c].map((host) => network.link(host, router, { delayMs: 1, ...link }));
  return { network, a, b, c, links };
};

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

/** Whether a host reaches another one. */
const reaches = (from: SimHost, to: SimHost): Promise<boolean> =>
  from.stack.ping(to.address, { timeoutMs: 100 }).then(
    () => true,
    () => false,
  );

describe('a script of events', () => {
  it('happens at its times, in their order, sync and async', async () => {
    const { network } = threeHosts();
    const seen: string[] = [];
    const note = (what: string): void => void seen.push(`${what} at ${network.clock.now()}`);
    network.at(30, () => note('third'));
    network.at(10, async () => {
      note('first');
      await network.sleep(10);
      note('second');
    });
    await network.run(() => network.sleep(50));
    expect(seen).toEqual(['first at 10', 'second at 20', 'third at 30']);
  });

  it('is waited for by a program that has nothing else to wait for', async () => {
    const { network } = threeHosts();
    const at = await network.run(
      () =>
        new Promise<number>((resolve) => {
          network.at(5_000, () => resolve(network.clock.now()));
        }),
    );
    expect(at).toBe(5_000);
  });

  it('can be cancelled', async () => {
    const { network } = threeHosts();
    const event = network.at(10, () => {
      throw new Error('happened');
    });
    network.at(5, () => event.cancel());
    await network.advance(100);
    event.cancel();
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('in the script');
      },
    ],
    ['rejects', () => Promise.reject(new Error('in the script'))],
  ])('fails the run when it %s', async (_, action) => {
    const { network } = threeHosts();
    network.at(10, action);
    await expect(network.run(() => network.sleep(1_000))).rejects.toThrow('in the script');
    expect(network.clock.now()).toBe(10);
  });

  it('fails the next run when there is none any more', async () => {
    const { network } = threeHosts();
    let fail = (): void => {};
    network.at(10, async () => {
      await new Promise<void>((resolve) => {
        fail = resolve;
      });
      throw new Error('too late');
    });
    await network.advance(20);
    fail();
    await new Promise((resolve) => setImmediate(resolve));
    await expect(network.run(() => network.sleep(1))).rejects.toThrow('too late');
    await network.run(() => network.sleep(1));
  });

  it.each([-1, 4, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d ms', async (atMs) => {
    const { network } = threeHosts();
    await network.advance(5);
    expect(() => network.at(atMs, () => {})).toThrow(RangeError);
  });
});

describe('a partition', () => {
  it('stands between two hosts, not between them and others, until it is healed', async () => {
    const { network, a, b, c } = threeHosts();
    await network.run(async () => {
      const partition = network.partition(a, b);
      expect(await reaches(a, b)).toBe(false);
      expect(await reaches(b, a)).toBe(false);
      expect(await reaches(a, c)).toBe(true);
      expect(await reaches(c, b)).toBe(true);
      partition.heal();
      partition.heal();
      expect(await reaches(a, b)).toBe(true);
    });
  });

  it('stands between groups, and several may overlap', async () => {
    const { network, a, b, c, links } = threeHosts();
    await network.run(async () => {
      const first = network.partition([a, b], [c]);
      network.partition(c, a);
      expect(await reaches(b, c)).toBe(false);
      expect(await reaches(a, b)).toBe(true);
      first.heal();
      expect(await reaches(b, c)).toBe(true);
      expect(await reaches(a, c)).toBe(false);
      expect(links[0]?.there.fates.partitioned).toBe(1);
      network.heal();
      expect(await reaches(a, c)).toBe(true);
    });
  });

  it('in one direction leaves the other open: data arrives, and its ACKs do not', async () => {
    const { network, a, b } = threeHosts();
    let received = 0;
    let accepted: TcpSocket | null = null;
    const handler = (onData: (length: number) => void) => ({
      handleData: (_: Uint8Array, start: number, end: number) => onData(end - start),
      handleEnd() {},
      handleDrain() {},
      handleClose() {},
    });
    b.stack.listen({ port: 80 }, (socket) => {
      accepted = socket;
      socket.setHandler(
        handler((length) => {
          received += length;
        }),
      );
    });
    await network.run(async () => {
      const socket = await a.stack.connect({ host: 'b.test', port: 80 });
      let closedWith: unknown = null;
      socket.setHandler({
        ...handler(() => {}),
        handleClose: (error) => {
          closedWith = error;
        },
      });
      socket.setUserTimeout(10_000);
      network.partition(a, b, 'back');
      socket.write(new Uint8Array(1000));
      await network.sleep(100);
      expect(received).toBe(1000);
      expect(socket.unacknowledged).toBe(1000);
      await network.until(() => closedWith !== null);
      expect(codeOf(closedWith)).toBe('ETIMEDOUT');
      expect(accepted).not.toBeNull();
    });
  });

  it('cuts off a catch-all host alone', async () => {
    const network = createNetwork();
    const router = network.router();
    const all = network.host({ address: '10.0.0.1', routes: ['0.0.0.0/0'], acceptAny: true });
    const a = network.host({ address: '10.0.0.2' });
    const b = network.host({ address: '10.0.0.3' });
    for (const host of [all, a, b]) network.link(host, router);
    network.partition(all, a);
    await network.run(async () => {
      expect(await reaches(a, b)).toBe(true);
      expect(await reaches(b, all)).toBe(true);
      const error = await a.stack.ping('192.0.2.7').catch((reason) => reason);
      expect(codeOf(error)).toBe('ETIMEDOUT');
    });
  });

  it('is refused for a node on both sides, and one of another network', () => {
    const { network, a, b } = threeHosts();
    expect(() => network.partition([a, b], b)).toThrow('b.test is on both sides');
    const other = createNetwork().host({ address: '10.0.0.9' });
    expect(() => network.partition(a, other)).toThrow('10.0.0.9 is no host or endpoint');
    expect(() => network.partition(a, network.router() as never)).toThrow('router is no host');
  });
});

describe('a link that goes down', () => {
  it('delivers what was sent before, in flight and in its queue, and nothing of later', async () => {
    const network = createNetwork();
    const a = network.endpoint({ address: '10.0.0.1' });
    const b = network.endpoint({ address: '10.0.0.2' });
    const link = network.link(a, b, { delayMs: 10, rateBitsPerSecond: 8_000 });
    const arrivals: number[] = [];
    b.device.onReadable = () => {
      b.device.receive(1, { handlePacket: () => void arrivals.push(network.clock.now()) });
    };
    const send = (): void => {
      const at = a.device.reserve(100);
      a.device.commit(at, at + 100, 0, 0);
      a.device.flush();
    };
    send();
    send();
    send();
    link.down();
    send();
    network.at(1_000, () => {
      link.up();
      send();
    });
    await network.advance(2_000);
    expect(arrivals).toEqual([110, 210, 310, 1110]);
    expect(link.there.fates['link-down']).toBe(1);
  });
});

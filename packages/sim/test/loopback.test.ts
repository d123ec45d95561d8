import { createNetwork } from '@netlayers/sim';
import { describe, expect, it } from 'vitest';
import { transfer } from './simulate.js';

const oneHost = (options = {}) => {
  const packets: string[] = [];
  const network = createNetwork({ observe: (event) => void packets.push(event.from) });
  const host = network.host({ address: '10.0.0.1', name: 'a.test', ...options });
  const other = network.host({ address: '10.0.0.2', name: 'b.test' });
  network.link(host, other, { delayMs: 20 });
  return { network, host, other, packets };
};

describe('a host and itself', () => {
  it.each([
    '127.0.0.1',
    '127.9.8.7',
    'localhost',
    'x.localhost',
    '10.0.0.1',
    '10.0.0.11',
    'a.test',
  ])('talk at %s, and nothing of it is on the wire (RFC 1122, 3.2.1.3 (g))', async (name) => {
    const { network, host, packets } = oneHost({ addresses: ['10.0.0.11'] });
    const bytes = await network.run(async () => {
      host.stack.listen({ port: 7 }, (socket) => void socket.readable.pipeTo(socket.writable));
      const socket = await host.connect({ host: name, port: 7 });
      expect(socket.info().mss).toBeGreaterThan(30_000);
      const writer = socket.writable.getWriter();
      void writer.write(new Uint8Array(3_000_000)).then(() => writer.close());
      let length = 0;
      for await (const chunk of socket.readable) length += chunk.length;
      return length;
    });
    expect(bytes).toBe(3_000_000);
    expect(packets).toEqual([]);
  });

  it('exchange megabytes that are right, both ways at once', async () => {
    const { network, host } = oneHost();
    await transfer(network, host, host, 2_000_000, 2_000_000);
  });

  it('are told apart by the port: nobody listens, nobody answers', async () => {
    const { network, host } = oneHost();
    const began = network.clock.now();
    const refused = network.run(() => host.connect({ host: '127.0.0.1', port: 9 }));
    await expect(refused).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(network.clock.now()).toBe(began);
  });

  it('listen at 127.0.0.1 alone, and then nobody else reaches the port', async () => {
    const { network, host, other } = oneHost();
    await network.run(async () => {
      host.stack.listen({ host: '127.0.0.1', port: 80 }, (socket) => socket.abort());
      (await host.connect({ host: 'localhost', port: 80 })).abort();
      for (const from of [host, other]) {
        await expect(from.connect({ host: '10.0.0.1', port: 80 })).rejects.toMatchObject({
          code: 'ECONNREFUSED',
        });
      }
    });
  });

  it('ping each other', async () => {
    const { network, host, packets } = oneHost();
    await network.run(async () => {
      for (const address of ['127.0.0.1', '10.0.0.1']) {
        expect(await host.stack.ping(address)).toMatchObject({ address, rttMs: 0 });
      }
    });
    expect(packets).toEqual([]);
  });

  it('go on while the link is down, and end with a crash', async () => {
    const { network, host } = oneHost();
    const log: string[] = [];
    await network
      .run(async () => {
        host.stack.listen({ port: 80 }, (socket) =>
          socket.setHandler({
            handleData: () => {
              log.push('data');
              host.crash();
            },
            handleEnd: () => void log.push('end'),
            handleDrain() {},
            handleClose: () => void log.push('close'),
          }),
        );
        for (let i = 0; i < 3; i++) {
          const socket = await host.connect({ host: '127.0.0.1', port: 80 });
          socket.write(new Uint8Array(10));
          socket.end();
        }
        await network.sleep(60_000);
      })
      .catch(() => {});
    expect(log).toEqual(['data']);
  });
});

describe('localAddress of connect', () => {
  it('is one of the addresses of the stack', async () => {
    const { network, host, other } = oneHost({ addresses: ['10.0.0.11'] });
    await network.run(async () => {
      const peers: string[] = [];
      other.stack.listen({ port: 80 }, (socket) => void peers.push(socket.remoteAddress));
      const where = { host: '10.0.0.2', port: 80 };
      const socket = await host.connect({ ...where, localAddress: '10.0.0.11' });
      expect(socket.localAddress).toBe('10.0.0.11');
      await host.connect(where);
      await network.sleep(100);
      expect(peers).toEqual(['10.0.0.11', '10.0.0.1']);
    });
  });

  it.each(['10.0.0.3', '127.0.0.1', '0.0.0.0', '224.0.0.1'])('is not %s', async (localAddress) => {
    const { network, host } = oneHost();
    const connecting = network.run(() =>
      host.connect({ host: '10.0.0.2', port: 80, localAddress }),
    );
    await expect(connecting).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });

  it('is any of 127/8 for what stays on the host', async () => {
    const { network, host } = oneHost();
    await network.run(async () => {
      const peers: string[] = [];
      host.stack.listen({ port: 80 }, (socket) => void peers.push(socket.remoteAddress));
      await host.connect({ host: '127.0.0.1', port: 80, localAddress: '127.0.0.9' });
      await host.connect({ host: '10.0.0.1', port: 80, localAddress: '127.0.0.8' });
      await host.connect({ host: '127.0.0.1', port: 80, localAddress: '10.0.0.1' });
      await network.sleep(1);
      expect(peers).toEqual(['127.0.0.9', '127.0.0.8', '10.0.0.1']);
      await expect(
        host.connect({ host: '127.0.0.1', port: 80, localAddress: 'x' }),
      ).rejects.toThrow(RangeError);
    });
  });
});

describe('a host without a link', () => {
  const alone = () => {
    const network = createNetwork();
    const host = network.host({ address: '10.0.0.1', name: 'a.test' });
    const other = network.host({ address: '10.0.0.2', name: 'b.test' });
    host.stack.listen({ port: 7 }, (socket) => void socket.readable.pipeTo(socket.writable));
    return { network, host, other };
  };

  it.each(['127.0.0.1', 'localhost', '10.0.0.1', 'a.test'])(
    'reaches itself at %s',
    async (name) => {
      const { network, host } = alone();
      await network.run(async () => (await host.connect({ host: name, port: 7 })).abort());
      expect(host.droppedWithoutLink).toBe(0);
    },
  );

  it.each(['10.0.0.2', 'b.test'])('has no way to %s, and says so at once', async (name) => {
    const { network, host } = alone();
    const connected = network.run(() => host.connect({ host: name, port: 7 }));
    await expect(connected).rejects.toMatchObject({
      code: 'ENETUNREACH',
      message: `a.test has no link to ${name}: network.link(...)`,
    });
    expect(network.clock.now()).toBe(0);
  });

  it('drops and counts what it sends to others', async () => {
    const { network, host } = alone();
    const socket = host.stack.bindUdp();
    await network.run(async () => {
      socket.send(new Uint8Array(9), 0, 9, { address: '10.0.0.2', port: 9 });
      await network.sleep(1);
    });
    expect(host.droppedWithoutLink).toBe(1);
  });

  it('goes on with the same stack when it is linked', async () => {
    const { network, host, other } = alone();
    const { stack } = host;
    network.link(host, other, { delayMs: 5 });
    expect(host.stack).toBe(stack);
    await network.run(async () => (await other.connect({ host: 'a.test', port: 7 })).abort());
    expect(network.clock.now()).toBe(10);
  });

  it('can take no other MTU once it is used', () => {
    const { network, host, other } = alone();
    expect(() => network.link(other, host, { mtu: 576 })).toThrow('link a.test before it is used');
    network.link(other, host);
    expect(other.isUp).toBe(true);
  });

  it('crashes, and comes back empty', async () => {
    const { network, host, other } = alone();
    host.crash();
    expect(() => host.stack).toThrow('a.test has crashed: restart it');
    network.link(host, other);
    expect(host.isUp).toBe(false);
    host.restart();
    const refused = network.run(() => host.connect({ host: 'localhost', port: 7 }));
    await expect(refused).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

import dgram from 'node:dgram';
import { once } from 'node:events';
import { dgramOf, installStack } from '@netlayers/node';
import { createNetwork, type SimNetwork } from '@netlayers/sim';
import { describe, expect, it } from 'vitest';

/** Two hosts, and what a program on the first one is given. */
function twoHosts(options = {}): { network: SimNetwork; near: typeof dgram; far: typeof dgram } {
  const network = createNetwork({ seed: 1 });
  const [near, far] = ['10.0.0.1', '10.0.0.2'].map((address) => network.host({ address }));
  network.link(near!, far!, { delayMs: 10, ...options });
  return { network, near: dgramOf(near!.stack), far: dgramOf(far!.stack) };
}

const bound = async (socket: dgram.Socket, port: number, address?: string): Promise<number> => {
  socket.bind(port, address);
  await once(socket, 'listening');
  return socket.address().port;
};

/** The same conversation on any `dgram`: an echo, and a client of it. Every event, in order. */
async function conversation(
  near: typeof dgram,
  far: typeof dgram,
  address: string,
): Promise<unknown[]> {
  const events: unknown[] = [];
  const echo = far.createSocket('udp4');
  const port = await bound(echo, 0);
  echo.on('message', (message, from) => echo.send(message, from.port, from.address));
  const client = near.createSocket({ type: 'udp4' });
  client.on('message', (message, { address: from, family, size }) => {
    events.push(['message', String(message), from, family, size]);
  });
  client.on('error', ({ message }) => events.push(['error', message.replace(String(port), 'P')]));
  client.on('connect', () => events.push('connect'));
  client.on('close', () => events.push('close'));
  const send = (...args: unknown[]): Promise<void> =>
    new Promise((resolve) => {
      const done = (error: NodeJS.ErrnoException | null, bytes: number): void => {
        events.push(['sent', error?.code ?? null, error?.syscall ?? null, bytes]);
        resolve();
      };
      (client.send as (...all: unknown[]) => void)(...args, done);
    });
  await send('hello', port, address);
  await once(client, 'message');
  await send(['in ', Buffer.from('pieces')], port, address);
  await once(client, 'message');
  await send(Buffer.alloc(65_508), port, address);
  await send('an offset', 3, 6, port, address);
  await once(client, 'message');
  client.connect(port, address);
  await once(client, 'connect');
  await send('to whom it is connected');
  await once(client, 'message');
  events.push(['remote', client.remoteAddress().address]);
  echo.close();
  await once(echo, 'close');
  await send('to nobody');
  await once(client, 'error');
  client.disconnect();
  events.push(['broadcast', client.setBroadcast(true), client.setTTL(7)]);
  client.close();
  await once(client, 'close');
  return events;
}

describe('dgramOf', () => {
  it('has the events of node:dgram on the kernel, in their order', async () => {
    const kernel = await conversation(dgram, dgram, '127.0.0.1');
    const { network, near, far } = twoHosts();
    const ours = await network.run(() => conversation(near, far, '10.0.0.2'));
    const here = JSON.stringify(kernel).replaceAll('127.0.0.1', '10.0.0.2');
    expect(JSON.stringify(ours)).toBe(here);
  });

  it('refuses what is in use, and what no stack does, as errors of the socket', async () => {
    const { network, near } = twoHosts();
    await network.run(async () => {
      const first = near.createSocket('udp4');
      await bound(first, 5353);
      const second = near.createSocket('udp4');
      second.bind(5353);
      const [error] = await once(second, 'error');
      expect(error).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind', port: 5353 });
      expect(() => first.addMembership('224.0.0.251')).toThrow('ENOTSUP');
      expect(first.getRecvBufferSize()).toBeGreaterThan(0);
      first.setRecvBufferSize(1000);
      expect(first.getRecvBufferSize()).toBe(1000);
    });
  });

  it('loses nothing silently where the device is full', async () => {
    const { network, near, far } = twoHosts({ rateBitsPerSecond: 1e6, queuePackets: 10_000 });
    await network.run(async () => {
      const sink = far.createSocket('udp4');
      const port = await bound(sink, 0);
      sink.setRecvBufferSize(10_000_000);
      let received = 0;
      sink.on('message', () => received++);
      const source = near.createSocket('udp4');
      let sent = 0;
      for (let at = 0; at < 3000; at++) {
        source.send(Buffer.alloc(100), port, '10.0.0.2', () => sent++);
      }
      await network.sleep(60_000);
      expect([sent, received]).toEqual([3000, 3000]);
    });
  });

  it('takes nothing for a stack that is none', () => {
    expect(() => dgramOf({} as never)).toThrow('dgramOf takes a stack');
  });
});

describe('installStack', () => {
  it('has UDP sockets of the process bind on the stack', async () => {
    const network = createNetwork({ seed: 1 });
    const host = network.host({ address: '10.0.0.1' });
    network.link(host, network.host({ address: '10.0.0.2' }));
    const uninstall = installStack(host.stack);
    try {
      await network.run(async () => {
        const [one, two] = [dgram.createSocket('udp4'), dgram.createSocket('udp4')];
        const port = await bound(one, 0, '10.0.0.1');
        two.send('hello', port, '10.0.0.1');
        const [message, from] = await once(one, 'message');
        expect([String(message), from.address]).toEqual(['hello', '10.0.0.1']);
      });
    } finally {
      uninstall();
    }
    const kernel = dgram.createSocket('udp4');
    await bound(kernel, 0, '127.0.0.1');
    kernel.close();
  });
});

import dgram from 'node:dgram';
import { once } from 'node:events';
import { type NodeNetwork, replay, simulate, simulateAndReport } from '@netlayers/sim/node';
import { describe, expect, it } from 'vitest';

/** A question by UDP, asked again each second until there is an answer. */
async function ask(name: string, port: number, question: string): Promise<[string, number]> {
  const socket = dgram.createSocket('udp4');
  for (let attempt = 1; ; attempt++) {
    socket.send(question, port, name);
    const answer = await Promise.race([
      once(socket, 'message'),
      new Promise<null>((resolve) => setTimeout(resolve, 1_000, null)),
    ]);
    if (answer === null) continue;
    socket.close();
    return [String(answer[0]), attempt];
  }
}

async function askOverLossyLink(network: NodeNetwork): Promise<[string, number]> {
  const [app, time] = ['app.test', 'time.test'].map((name) => network.host(name));
  network.link(app!, time!, { delayMs: 20, loss: 0.4 });
  time!.run(() => {
    const server = dgram.createSocket('udp4', (_question, from) => {
      server.send(new Date().toISOString(), from.port, from.address);
    });
    server.bind(123);
  });
  return await app!.run(() => ask('time.test', 123, 'what time is it?'));
}

describe('node:dgram on simulated hosts', () => {
  it('is as lossy as the link, and the same for the same seed', async () => {
    const attempts = new Set<number>();
    for (let seed = 1; seed <= 10; seed++) {
      const { result, digest } = await simulateAndReport({ seed }, askOverLossyLink);
      expect(result[0]).toMatch(/^2000-01-01T00:00:/);
      attempts.add(result[1]);
      expect((await simulateAndReport({ seed }, askOverLossyLink)).digest).toBe(digest);
    }
    expect(attempts.size).toBeGreaterThan(1);
  });

  it('hears that nobody is there, where it is connected', async () => {
    await simulate({ captureFolder: null }, async (network) => {
      const [app, time] = ['app.test', 'time.test'].map((name) => network.host(name));
      network.link(app!, time!, { delayMs: 20 });
      const error = await app!.run(async () => {
        const socket = dgram.createSocket('udp4');
        socket.connect(9, 'time.test');
        await once(socket, 'connect');
        socket.send('anybody?');
        return (await once(socket, 'error'))[0] as NodeJS.ErrnoException;
      });
      expect(error).toMatchObject({ code: 'ECONNREFUSED', syscall: 'recvmsg' });
      expect(network.clock.now()).toBe(40);
    });
  });

  it('is told in a replay', async () => {
    const lines: string[] = [];
    await replay(1, askOverLossyLink, { narrate: (line) => lines.push(line) });
    expect(lines[0]).toMatch(/ app\.test > time\.test {2}\d+ > 123 UDP len=16 {2}/);
  });

  it('needs a host', async () => {
    const outside = simulate({ captureFolder: null }, () => {
      dgram.createSocket('udp4').bind(53);
    });
    await expect(outside).rejects.toThrow('bind the UDP port 53: no host does this');
  });
});

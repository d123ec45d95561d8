import { createNetwork } from '@netlayers/sim';
import type { SocketHandler, TcpSocket } from '@netlayers/stack';
import { describe, expect, it } from 'vitest';

const twoHosts = (options = {}) => {
  const network = createNetwork(options);
  const a = network.host({ address: '10.0.0.1', name: 'a.test' });
  const b = network.host({ address: '10.0.0.2', name: 'b.test', capture: true });
  const link = network.link(a, b, { delayMs: 10 });
  return { network, a, b, link };
};

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

/** Writes down what a socket's handler is told. */
const recorder = (log: string[], name: string): SocketHandler => ({
  handleData: (_, start, end) => void log.push(`${name} data ${end - start}`),
  handleEnd: () => void log.push(`${name} end`),
  handleDrain() {},
  handleClose: (error) => void log.push(`${name} closed ${codeOf(error) ?? ''}`),
});

describe('a host that crashes', () => {
  it('sends nothing, neither FIN nor RST, and takes nothing', async () => {
    const sent: string[] = [];
    const { network, a, b } = twoHosts({
      observe: (event: { from: string }) => void sent.push(event.from),
    });
    const log: string[] = [];
    b.stack.listen({ port: 80 }, (socket) => {
      socket.setHandler(recorder(log, 'b'));
      socket.write(new Uint8Array(100));
    });
    await network.run(async () => {
      const socket = await a.stack.connect({ host: 'b.test', port: 80 });
      socket.setHandler(recorder(log, 'a'));
      await network.sleep(100);
      b.crash();
      expect(b.isUp).toBe(false);
      expect(() => b.stack).toThrow('b.test has crashed: restart it');
      sent.length = 0;
      socket.write(new Uint8Array(1000));
      socket.setUserTimeout(30_000);
      await network.until(() => log.some((line) => line.startsWith('a closed')));
    });
    expect(log).toEqual(['a data 100', 'a closed ETIMEDOUT']);
    expect(new Set(sent)).toEqual(new Set(['a.test']));
  });

  it('tells nobody on it, and refuses what is asked of its dead stack', async () => {
    const { network, a, b } = twoHosts();
    const log: string[] = [];
    a.stack.listen({ port: 80 }, (socket) => socket.setHandler(recorder(log, 'a')));
    await network.run(async () => {
      const dead = b.stack;
      const socket = await dead.connect({ host: 'a.test', port: 80 });
      socket.setHandler(recorder(log, 'b'));
      const settled: string[] = [];
      const settle = (name: string) => () => void settled.push(name);
      dead.ping('10.0.0.1').then(settle('ping'), settle('ping'));
      dead.connect({ host: '10.0.0.1', port: 81 }).then(settle('connect'), settle('connect'));
      b.crash();
      b.crash();
      socket.write(new Uint8Array(10));
      socket.abort();
      await network.sleep(600_000);
      expect(settled).toEqual([]);
      expect(log).toEqual([]);
      expect(() => dead.listen({ port: 1 })).toThrow('the stack was closed');
      await expect(dead.connect({ host: '10.0.0.1', port: 80 })).rejects.toMatchObject({
        code: 'ECONNABORTED',
      });
      await expect(dead.ping('10.0.0.1')).rejects.toMatchObject({ code: 'ENOBUFS' });
      await dead.close();
    });
  });

  it('is silent from inside of a handler on: those whose turn it was are not called', async () => {
    const { network, a, b } = twoHosts();
    const log: string[] = [];
    b.stack.listen({ port: 80 }, (socket) => {
      socket.setHandler({
        ...recorder(log, 'b'),
        handleEnd() {
          log.push('b end');
          b.crash();
        },
      });
    });
    await network.run(async () => {
      const sockets: TcpSocket[] = [];
      for (let i = 0; i < 3; i++) sockets.push(await a.stack.connect({ host: 'b.test', port: 80 }));
      for (const socket of sockets) {
        socket.setHandler(recorder(log, 'a'));
        socket.end();
      }
      await network.sleep(1_000);
    });
    expect(log).toEqual(['b end']);
  });

  it('crashes while its stack is closing', async () => {
    const { network, a, b } = twoHosts();
    const log: string[] = [];
    a.stack.listen({ port: 80 }, (socket) => socket.setHandler(recorder(log, 'a')));
    await network.run(async () => {
      const socket = await b.stack.connect({ host: 'a.test', port: 80 });
      socket.setHandler(recorder(log, 'b'));
      void b.stack.close();
      b.crash();
      await network.sleep(60_000);
    });
    expect(log).toEqual([]);
  });

  it('is named by a deadlock', async () => {
    const { network, b } = twoHosts();
    b.crash();
    await expect(network.run(() => new Promise(() => {}))).rejects.toThrow('b.test is down');
  });
});

describe('a host that restarts', () => {
  it('answers old peers by RST [RFC 9293 3.5.1]', async () => {
    const { network, a, b } = twoHosts();
    const log: string[] = [];
    b.stack.listen({ port: 80 }, (socket) => socket.setHandler(recorder(log, 'b')));
    await network.run(async () => {
      const socket = await a.stack.connect({ host: 'b.test', port: 80 });
      socket.setHandler(recorder(log, 'a'));
      await network.sleep(100);
      b.crash();
      socket.write(new Uint8Array(100));
      await network.sleep(5_000);
      expect(log).toEqual([]);
      b.restart();
      await network.until(() => log.length > 0);
      expect(log).toEqual(['a closed ECONNRESET']);
    });
  });

  it('is the same address, and none of what was: it has to listen again', async () => {
    const { network, a, b } = twoHosts();
    const log: string[] = [];
    const old = b.stack;
    old.listen({ port: 80 }, (socket) => socket.setHandler(recorder(log, 'old')));
    await network.run(async () => {
      b.restart();
      expect(b.isUp).toBe(true);
      expect(b.stack).not.toBe(old);
      const refused = a.stack.connect({ host: 'b.test', port: 80 });
      await expect(refused).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      b.stack.listen({ port: 80 }, (socket) => socket.setHandler(recorder(log, 'new')));
      const socket = await a.stack.connect({ host: 'b.test', port: 80 });
      socket.write(new Uint8Array(7));
      await network.sleep(100);
      expect(log).toEqual(['new data 7']);
      expect(b.capture().length).toBeGreaterThan(0);
    });
  });

  it('does so after a peer has crashed in the middle of a transfer, the same way each time', async () => {
    const trace = async (): Promise<string> => {
      const events: string[] = [];
      const { network, a, b } = twoHosts({
        observe: (e: { atMs: number; from: string; end: number; start: number }) =>
          void events.push(`${e.atMs} ${e.from} ${e.end - e.start}`),
      });
      const listen = (): void =>
        void b.stack.listen({ port: 80 }, (socket) => socket.setHandler(recorder([], 'b')));
      listen();
      network.at(30, () => b.crash());
      network.at(900, () => {
        b.restart();
        listen();
      });
      await network.run(async () => {
        const socket = await a.stack.connect({ host: 'b.test', port: 80 });
        const log: string[] = [];
        socket.setHandler(recorder(log, 'a'));
        socket.write(new Uint8Array(100_000));
        await network.until(() => log.length > 0);
        expect(log).toEqual(['a closed ECONNRESET']);
        (await a.stack.connect({ host: 'b.test', port: 80 })).abort();
      });
      return events.join('\n');
    };
    expect(await trace()).toBe(await trace());
  });
});

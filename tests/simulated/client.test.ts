import { Client } from '@netlayers/client';
import { createNetwork } from '@netlayers/sim';
import { describe, expect, it } from 'vitest';

type Network = ReturnType<typeof createNetwork>;
type Socket = Awaited<ReturnType<ReturnType<Network['host']>['stack']['connect']>>;

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** Two hosts and a slow path between them; what is answered is written by hand. */
function slowPath(bitsPerSecond: number, accept: (socket: Socket, received: number) => void) {
  const network = createNetwork({ seed: 1 });
  const server = network.host({ name: 'server.test', address: '10.0.0.1' });
  const host = network.host({ address: '10.0.0.2' });
  network.link(host, server, { delayMs: 50, rateBitsPerSecond: bitsPerSecond });
  server.stack.listen({ port: 80 }, (socket) => {
    let received = 0;
    socket.setHandler({
      handleData: (_, start, end) => {
        received += end - start;
        accept(socket, received);
      },
      handleEnd: () => {},
      handleDrain: () => {},
      handleClose: () => {},
    });
  });
  return { network, transport: host.transport };
}

const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone';

describe('the client on our TCP, over a path of 6 kB a second', () => {
  const settings = { headersTimeoutMs: 2000, bodyTimeoutMs: 2000 };

  it('sends 60 kB at once, which takes longer than each of its time-outs', async () => {
    const size = 60_000;
    const { network, transport } = slowPath(48_000, (socket, received) => {
      if (received > size) socket.write(latin1(answer));
    });
    await network.run(async () => {
      const client = new Client({ transport, clock: network.clock, ...settings });
      const response = await client.post('http://server.test/', new Uint8Array(size));
      expect(await response.text()).toBe('done');
      expect(network.clock.now()).toBeGreaterThan(9000);
      await client.close();
    });
  });

  it('sends 600 kB as a stream', async () => {
    const size = 600_000;
    const { network, transport } = slowPath(48_000, (socket, received) => {
      if (received > size) socket.write(latin1(answer));
    });
    async function* source(): AsyncGenerator<Uint8Array> {
      for (let sent = 0; sent < size; sent += 20_000) yield new Uint8Array(20_000);
    }
    await network.run(async () => {
      const client = new Client({ transport, clock: network.clock, ...settings });
      const response = await client.post('http://server.test/', source());
      expect(await response.text()).toBe('done');
      expect(network.clock.now()).toBeGreaterThan(90_000);
      client.abort();
    });
  });

  it('gives up on a server that stops reading, soon after the window is full', async () => {
    const { network, transport } = slowPath(48_000, (socket, received) => {
      if (received > 20_000) socket.pause();
    });
    async function* source(): AsyncGenerator<Uint8Array> {
      for (;;) yield new Uint8Array(20_000);
    }
    await network.run(async () => {
      const client = new Client({ transport, clock: network.clock, ...settings });
      const request = client.post('http://server.test/', source());
      await expect(request).rejects.toMatchObject({ code: 'body-timeout' });
      client.abort();
    });
  });

  it('reads 60 kB', async () => {
    const size = 60_000;
    const { network, transport } = slowPath(48_000, (socket) => {
      socket.write(latin1(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`));
      socket.write(new Uint8Array(size));
    });
    await network.run(async () => {
      const client = new Client({ transport, clock: network.clock, ...settings });
      const response = await client.get('http://server.test/');
      expect((await response.bytes()).length).toBe(size);
      client.abort();
    });
  });

  it('gives up on a server that has vanished in the middle', async () => {
    const { network, transport } = slowPath(48_000, (socket) => {
      socket.write(latin1('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'));
    });
    await network.run(async () => {
      const client = new Client({ transport, clock: network.clock, ...settings });
      const response = await client.get('http://server.test/');
      const before = network.clock.now();
      await expect(response.text()).rejects.toMatchObject({ code: 'body-timeout' });
      expect(network.clock.now() - before).toBeLessThanOrEqual(2000);
      client.abort();
    });
  });
});

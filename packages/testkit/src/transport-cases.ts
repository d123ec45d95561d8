/**
 * Cases of the byte stream suite: how connections and ports come to be and go.
 */

import type { Stream } from './byte-stream.js';
import type { StreamBench, StreamTest } from './stream-bench.js';

async function rejection(bench: StreamBench, promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await bench.wait(promise);
  } catch (error) {
    return error;
  }
  return null;
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code ?? null;

/** Registers the cases. */
export function transportCases(test: StreamTest): void {
  test('both ends agree on their addresses', async (bench) => {
    const [{ stream: client }, { stream: server }] = await bench.open();
    bench.expect(server.localPort).toBe(client.remotePort);
    bench.expect(server.remotePort).toBe(client.localPort);
    bench.expect(server.localAddress).toBe(client.remoteAddress);
    bench.expect(server.remoteAddress).toBe(client.localAddress);
    bench.expect(client.localPort).toBeGreaterThan(0);
  });

  test('port 0 chooses a free port', async (bench) => {
    const { server } = bench.fixture;
    const one = await bench.wait(server.listen({ port: 0 }, () => {}));
    const two = await bench.wait(server.listen({ port: 0 }, () => {}));
    bench.expect(one.port).toBeGreaterThan(0);
    bench.expect(two.port === one.port).toBe(false);
  });

  test('a port in use is refused with EADDRINUSE', async (bench) => {
    const { server } = bench.fixture;
    const { port } = await bench.wait(server.listen({ port: 0 }, () => {}));
    bench
      .expect(
        codeOf(
          await rejection(
            bench,
            server.listen({ port }, () => {}),
          ),
        ),
      )
      .toBe('EADDRINUSE');
  });

  test('nobody listens: ECONNREFUSED', async (bench) => {
    const { server, client, host } = bench.fixture;
    const listener = await bench.wait(server.listen({ port: 0 }, () => {}));
    await bench.wait(listener.close());
    const error = await rejection(bench, client.connect({ host, port: listener.port }));
    bench.expect(codeOf(error)).toBe('ECONNREFUSED');
  });

  test('a closed listener leaves its streams alone and its port free', async (bench) => {
    const { server } = bench.fixture;
    const [near, far] = await bench.open();
    const listener = await bench.wait(server.listen({ port: 0 }, () => {}));
    await bench.wait(listener.close());
    await bench.wait(listener.close());
    const again = await bench.wait(server.listen({ port: listener.port }, () => {}));
    bench.expect(again.port).toBe(listener.port);
    near.sendPattern(1000, true);
    far.sendPattern(1000, true);
    await bench.closed(near, far);
    bench.expect(far.received).toBe(1000);
  });

  test('close of the transport frees its ports', async (bench) => {
    const { server, client, host } = bench.fixture;
    const { port } = await bench.wait(server.listen({ port: 0 }, () => {}));
    await bench.wait(server.close());
    // One transport may be both; then it connects no more, with a code of its own.
    const error = await rejection(bench, client.connect({ host, port }));
    bench.expect(typeof codeOf(error)).toBe('string');
  });

  test('connect with a signal', async (bench) => {
    const { expect, fixture } = bench;
    const { server, client, host } = fixture;
    let accepted = 0;
    const accept = (stream: Stream): void => {
      accepted++;
      bench.peer(stream).attach();
    };
    const { port } = await bench.wait(server.listen({ port: 0 }, accept));
    const reason = new Error('enough');
    expect(
      await rejection(bench, client.connect({ host, port, signal: AbortSignal.abort(reason) })),
    ).toBe(reason);
    await fixture.settle();
    expect(accepted, 'connections of a signal that was aborted before').toBe(0);

    const during = new AbortController();
    const connecting = client.connect({ host, port, signal: during.signal });
    during.abort(reason);
    expect(await rejection(bench, connecting)).toBe(reason);

    const later = new AbortController();
    const stream = await bench.wait(client.connect({ host, port, signal: later.signal }));
    const peer = bench.peer(stream).attach();
    later.abort(reason);
    await fixture.settle();
    expect(peer.closed, 'closed by a signal that came too late').toBe(false);
  });
}

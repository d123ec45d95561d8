/**
 * Cases of the byte stream suite: when the handler is called, and what it may do in a call.
 */

import type { RecordingPeer } from './recording-peer.js';
import type { StreamTest } from './stream-bench.js';

/** Registers the cases. */
export function handlerCases(test: StreamTest): void {
  test('nothing is delivered before a handler is set', async (bench) => {
    const { expect, fixture } = bench;
    const [client, server] = await bench.open({ clientUnattached: true });
    server.sendPattern(20_000, true);
    await fixture.settle();
    expect(client.received).toBe(0);
    client.attach();
    await fixture.until(() => client.ended);
    expect(client.received).toBe(20_000);
    expect(client.firstDifference).toBe(-1);
  });

  test('the server may speak first, from inside of accept', async (bench) => {
    const [client] = await bench.open({
      clientUnattached: true,
      accepted: (server) => {
        server.sendPattern(1000, true);
      },
    });
    await bench.fixture.settle();
    client.attach();
    await bench.fixture.until(() => client.ended);
    bench.expect(client.received).toBe(1000);
  });

  test('paused before the handler is set', async (bench) => {
    const { expect, fixture } = bench;
    const [client, server] = await bench.open({ clientUnattached: true });
    client.pause();
    client.attach();
    server.sendPattern(1000, true);
    await fixture.settle();
    expect(client.received).toBe(0);
    expect(client.ended).toBe(false);
    client.resume();
    await fixture.until(() => client.ended);
    expect(client.received).toBe(1000);
  });

  test('a close before the handler is set is told to it later', async (bench) => {
    const [client, server] = await bench.open({ clientUnattached: true });
    server.abort();
    await bench.closed(server);
    await bench.fixture.settle();
    client.attach();
    await bench.closed(client);
    bench.expect(client.closeCode).toBe('ECONNRESET');
  });

  test('write, and end, from inside of handleData', async (bench) => {
    const [client, server] = await bench.open({
      accepted: (peer) => {
        peer.reactions.data = (bytes) => {
          peer.stream.write(bytes);
          if (peer.received === 5000) peer.stream.end();
        };
      },
    });
    client.sendPattern(5000, true);
    await bench.closed(client, server);
    bench.expect(client.received).toBe(5000);
    bench.expect(client.firstDifference).toBe(-1);
    bench.expect(client.closeError).toBe(null);
  });

  test('resume inside of handleData after pause', async (bench) => {
    const [client, server] = await bench.open({
      accepted: (peer) => {
        peer.reactions.data = () => {
          peer.pause();
          peer.resume();
        };
      },
    });
    client.sendPattern(bench.bulkBytes, true);
    await bench.fixture.until(() => server.ended);
    bench.expect(server.received).toBe(bench.bulkBytes);
    bench.expect(server.firstDifference).toBe(-1);
  });

  test('a handler may hand the stream over to another', async (bench) => {
    const { expect, fixture } = bench;
    const seconds: RecordingPeer[] = [];
    const [client, first] = await bench.open({
      accepted: (peer) => {
        peer.reactions.data = () => {
          const second = bench.peer(peer.stream);
          second.keeps = true;
          seconds.push(second);
          peer.stream.setHandler(second);
        };
      },
    });
    client.send('one');
    await fixture.until(() => seconds.length > 0);
    client.send('two');
    client.stream.end();
    await fixture.until(() => seconds[0]?.ended === true);
    expect(first.received).toBe(3);
    expect(seconds[0]?.text).toBe('two');
    seconds[0]?.stream.end();
    await fixture.until(() => seconds[0]?.closed === true);
    expect(first.events).toEqual([]);
  });

  test('a write that was refused is followed by one drain', async (bench) => {
    const { expect, fixture } = bench;
    const [client, server] = await bench.open();
    client.guarded(() => client.sendPattern(bench.bulkBytes));
    await fixture.until(() => server.received === bench.bulkBytes);
    await fixture.settle();
    const drains = client.events.filter((event) => event === 'drain').length;
    expect(client.refusals).toBeGreaterThan(0);
    expect(drains).toBe(client.refusals);
  });
}

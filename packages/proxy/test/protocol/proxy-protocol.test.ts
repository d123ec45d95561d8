import { encodeUtf8 } from '@netlayers/bytes';
import type { ByteStream, Transport } from '@netlayers/http';
import { type ProxyProtocolOptions, proxyHeaderOf, proxyProtocol } from '@netlayers/proxy';
import { ManualClock, MemoryTransport, RecordingPeer } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { writeHeaderBlock } from '../../src/protocol/header-block.js';
import { settle } from '../support/settle.js';

const LINE = 'PROXY TCP4 192.0.2.1 192.0.2.2 1000 443\r\n';

/** A listener behind the PROXY protocol, and clients that speak without it. */
async function setUp(options: ProxyProtocolOptions = {}, chunkSize = 65536) {
  const clock = new ManualClock();
  const memory = new MemoryTransport({ chunkSize });
  const transport = proxyProtocol(memory as Transport, {
    clock,
    trusted: () => true,
    ...options,
  });
  const accepted: RecordingPeer[] = [];
  let onAccept: (peer: RecordingPeer) => void = () => {};
  const listener = await transport.listen({ port: 80 }, (stream) => {
    const peer = new RecordingPeer(stream).attach();
    peer.keeps = true;
    accepted.push(peer);
    onAccept(peer);
  });
  const connect = async (): Promise<RecordingPeer> => {
    const peer = new RecordingPeer(await memory.connect({ host: '127.0.0.1', port: 80 })).attach();
    peer.keeps = true;
    return peer;
  };
  return {
    clock,
    transport,
    listener,
    accepted,
    connect,
    whenAccepted: (then: (peer: RecordingPeer) => void) => {
      onAccept = then;
    },
  };
}

describe('a listener', () => {
  it('hands streams on with the addresses of the header and the bytes behind it (2.1)', async () => {
    const { connect, accepted, transport } = await setUp();
    const client = await connect();
    client.send(`${LINE}hello`);
    await settle();
    const [peer] = accepted;
    expect(peer?.text).toBe('hello');
    const stream = peer?.stream as ByteStream;
    expect([stream.remoteAddress, stream.remotePort]).toEqual(['192.0.2.1', 1000]);
    expect([stream.localAddress, stream.localPort]).toEqual(['192.0.2.2', 443]);
    expect(proxyHeaderOf(stream)?.version).toBe(1);
    expect(transport.counters()).toMatchObject({ accepted: 1, pending: 0, malformed: 0 });
    peer?.send('and back');
    await settle();
    expect(client.text).toBe('and back');
  });

  it('takes a header and what is behind it in any two pieces (2)', async () => {
    const block = writeHeaderBlock(
      { address: '192.0.2.1', port: 1000 },
      { address: '192.0.2.2', port: 443 },
    );
    for (const header of [encodeUtf8(LINE), block]) {
      const bytes = new Uint8Array([...header, ...encodeUtf8('hello')]);
      for (let cut = 1; cut <= bytes.length; cut++) {
        const { connect, accepted } = await setUp();
        const client = await connect();
        client.write(bytes.slice(0, cut));
        await settle();
        expect(accepted.length).toBe(cut >= header.length ? 1 : 0);
        if (cut < bytes.length) client.write(bytes.slice(cut));
        client.stream.end();
        await settle();
        expect(accepted[0]?.text, `cut at ${cut}`).toBe('hello');
        expect(accepted[0]?.ended).toBe(true);
        expect(accepted[0]?.stream.remoteAddress).toBe('192.0.2.1');
      }
    }
  });

  it('says that a client speaks TLS to the proxy, and what ALPN has chosen (2.2)', async () => {
    const { connect, accepted } = await setUp();
    const block = writeHeaderBlock(
      { address: '1.1.1.1', port: 1 },
      { address: '2.2.2.2', port: 2 },
    );
    const fields = Uint8Array.of(1, 0, 2, 0x68, 0x32, 0x20, 0, 5, 1, 0, 0, 0, 0);
    const bytes = new Uint8Array([...block.subarray(0, 28), ...fields]);
    bytes[15] = 12 + fields.length;
    (await connect()).write(bytes);
    await settle();
    expect(accepted[0]?.stream).toMatchObject({ secure: true, alpn: 'h2' });
  });

  it('resets and counts what is no header, and what does not come in time', async () => {
    const { connect, accepted, transport, clock } = await setUp({ timeoutMs: 1000 });
    const wrong = await connect();
    wrong.send('GET / HTTP/1.1\r\n');
    const late = await connect();
    late.send('PROXY TCP4 ');
    const gone = await connect();
    gone.stream.end();
    await settle();
    expect(wrong.closeCode).toBe('ECONNRESET');
    clock.advance(999);
    await settle();
    expect(late.closed).toBe(false);
    clock.advance(1);
    await settle();
    expect(late.closeCode).toBe('ECONNRESET');
    expect(transport.counters()).toEqual({
      accepted: 0,
      pending: 0,
      malformed: 1,
      late: 1,
      refused: 0,
      closed: 1,
    });
    expect(accepted).toEqual([]);
    expect(clock.nextTimer()).toBe(Number.POSITIVE_INFINITY);
  });

  it('leaves connections of others as they are, a header or not', async () => {
    const { connect, accepted } = await setUp({ trusted: (address) => address !== '127.0.0.1' });
    (await connect()).send(`${LINE}hello`);
    await settle();
    expect(accepted[0]?.text).toBe(`${LINE}hello`);
    expect(accepted[0]?.stream.remoteAddress).toBe('127.0.0.1');
  });

  it('waits for so many headers at once and no more', async () => {
    const { connect, transport, accepted } = await setUp({ maxPending: 2 });
    const first = await connect();
    await connect();
    const third = await connect();
    await settle();
    expect(third.closeCode).toBe('ECONNRESET');
    expect(transport.counters()).toMatchObject({ pending: 2, refused: 1 });
    first.send(LINE);
    await settle();
    (await connect()).send(LINE);
    await settle();
    expect(accepted.length).toBe(2);
  });

  it('gives up who has not sent a header when it closes', async () => {
    const { connect, listener, accepted } = await setUp();
    const waiting = await connect();
    await settle();
    await listener.close();
    waiting.send(LINE);
    await settle();
    expect(waiting.closeCode).toBe('ECONNRESET');
    expect(accepted).toEqual([]);
  });

  it('does not listen without knowing whom to trust', async () => {
    const transport = proxyProtocol(new MemoryTransport() as Transport);
    await expect(Promise.resolve(transport.listen({ port: 1 }, () => {}))).rejects.toThrow(
      TypeError,
    );
  });
});

describe('bytes that came with the header', () => {
  it('wait while the stream is paused, with what comes behind them', async () => {
    const { connect, accepted, whenAccepted } = await setUp();
    whenAccepted((peer) => peer.pause());
    const client = await connect();
    client.send(`${LINE}one`);
    await settle();
    client.send(' two');
    client.stream.end();
    await settle();
    const [peer] = accepted;
    expect(peer?.text).toBe('');
    peer?.resume();
    await settle();
    expect(peer?.text).toBe('one two');
    expect(peer?.ended).toBe(true);
    expect(peer?.violations).toEqual([]);
  });

  it('come before a reset of the peer', async () => {
    const { connect, accepted, whenAccepted } = await setUp();
    whenAccepted((peer) => peer.pause());
    const client = await connect();
    client.send(`${LINE}one`);
    await settle();
    client.abort();
    await settle();
    const [peer] = accepted;
    expect(peer?.closed).toBe(false);
    peer?.resume();
    await settle();
    expect(peer?.text).toBe('one');
    expect(peer?.closeCode).toBe('ECONNRESET');
    expect(peer?.violations).toEqual([]);
  });

  it('are not waited for by who waits to write', async () => {
    const { connect, accepted, whenAccepted } = await setUp();
    whenAccepted((peer) => {
      peer.pause();
      peer.sendPattern(1 << 20);
    });
    const client = await connect();
    client.stream.pause();
    client.send(`${LINE}one`);
    await settle();
    client.abort();
    await settle();
    expect(accepted[0]?.closed).toBe(true);
    expect(accepted[0]?.text).toBe('');
  });

  it('are refused with a reset when nobody reads them', async () => {
    const { connect, accepted, whenAccepted } = await setUp();
    whenAccepted((peer) => peer.pause());
    const client = await connect();
    client.send(`${LINE}one`);
    await settle();
    accepted[0]?.close();
    await settle();
    expect(client.closeCode).toBe('ECONNRESET');
    expect(accepted[0]?.events).toEqual(['close']);
    expect(accepted[0]?.closeError).toBe(null);
  });

  it('are forgotten by an abort', async () => {
    const { connect, accepted, whenAccepted } = await setUp();
    whenAccepted((peer) => peer.abort());
    const client = await connect();
    client.send(`${LINE}one`);
    await settle();
    expect(client.closeCode).toBe('ECONNRESET');
    expect(accepted[0]?.events).toEqual(['close']);
    expect(accepted[0]?.text).toBe('');
    expect(accepted[0]?.violations).toEqual([]);
  });
});

describe('connections that are made', () => {
  it.each([1, 2] as const)(
    'begin with a header of version %i that names the source given',
    async (version) => {
      const { transport, accepted } = await setUp({
        version,
        ends: () => ({
          source: { address: '2001:db8::1', port: 7 },
          destination: { address: '2001:db8::2', port: 8 },
        }),
      });
      const stream = await transport.connect({ host: '127.0.0.1', port: 80 });
      new RecordingPeer(stream).attach().send('hello');
      await settle();
      expect(accepted[0]?.text).toBe('hello');
      expect(accepted[0]?.stream.remoteAddress).toBe('2001:db8::1');
      expect(stream.remoteAddress).toBe('127.0.0.1');
    },
  );
});

import { memoryWire } from '@netlayers/link';
import { packetScript } from '@netlayers/sim';
import { createStack, type TcpSocket } from '@netlayers/stack';
import { describe, expect, it } from 'vitest';

const quiet = { handleEnd() {}, handleDrain() {}, handleClose() {} };

/** A stack that listens, and its first connection once there is one. */
function listening(options = {}) {
  const script = packetScript({ tcp: { timestamps: false }, ...options });
  const accepted: TcpSocket[] = [];
  const texts: string[] = [];
  const closed: unknown[] = [];
  script.stack.listen({ port: 80 }, (socket) => {
    accepted.push(socket);
    socket.setHandler({
      ...quiet,
      handleData: (buf, start, end) => {
        texts.push(new TextDecoder().decode(buf.subarray(start, end)));
      },
      handleClose: (error) => closed.push(error),
    });
  });
  return { script, accepted, texts, closed };
}

const send = (socket: TcpSocket | undefined, text: string): void => {
  socket?.write(new TextEncoder().encode(text));
};

describe('passive open', () => {
  it('answers a SYN with all its options', async () => {
    const script = packetScript();
    script.stack.listen({ port: 80 }, (socket) => socket.setHandler({ ...quiet, handleData() {} }));
    await script.inject({
      flags: 'S',
      seq: 0,
      mss: 1460,
      windowShift: 7,
      sackPermitted: true,
      timestamps: [100, 0],
    });
    const answer = await script.expect({
      flags: 'SA',
      seq: 0,
      ack: 1,
      mss: 1460,
      sackPermitted: true,
      length: 0,
    });
    expect(answer.timestamps?.[1]).toBe(100);
    expect(answer.windowShift).toBeGreaterThanOrEqual(0);
    await script.expectNothing();
  });

  it('names only the options that the peer has named', async () => {
    const { script } = listening();
    await script.inject({ flags: 'S', seq: 0 });
    await script.expect({
      flags: 'SA',
      seq: 0,
      ack: 1,
      windowShift: -1,
      sackPermitted: false,
      timestamps: null,
    });
  });

  it('repeats its SYN-ACK after 1, 3, 7, 15 and 31 s, and forgets the peer', async () => {
    const { script } = listening();
    await script.inject({ flags: 'S', seq: 0 });
    await script.expect({ flags: 'SA' });
    for (const atMs of [1000, 3000, 7000, 15_000, 31_000]) {
      await script.advance(atMs - script.network.clock.now());
      expect((await script.expect({ flags: 'SA', seq: 0, ack: 1 })).atMs).toBe(atMs);
    }
    await script.advance(60_000);
    await script.expectNothing();
    expect(script.stack.counters().connections).toBe(0);
  });

  it('answers a segment for a closed port with a reset [RFC 9293 3.10.7.1]', async () => {
    const { script } = listening();
    await script.inject({ flags: 'S', seq: 0, stackPort: 81 });
    await script.expect({ flags: 'RA', ack: 1, stackPort: 81 });
    await script.inject({ flags: 'A', seq: 5, ack: 1234, stackPort: 82 });
    await script.expect({ flags: 'R', seq: 1234, stackPort: 82 });
    await script.inject({ flags: 'R', seq: 5, stackPort: 82 });
    await script.expectNothing();
  });
});

describe('active open', () => {
  it('repeats its SYN with doubling intervals and fails with ETIMEDOUT', async () => {
    const script = packetScript({ tcp: { synRetries: 3 } });
    const connecting = script.stack.connect({ host: script.peerAddress, port: 80 });
    const outcome = connecting.catch((error: { code?: string }) => error.code);
    for (const atMs of [0, 1000, 3000, 7000]) {
      await script.advance(atMs - script.network.clock.now());
      expect((await script.expect({ flags: 'S', seq: 0 })).atMs).toBe(atMs);
    }
    await script.advance(8000);
    await script.expectNothing();
    expect(await outcome).toBe('ETIMEDOUT');
  });

  it('is refused by a reset', async () => {
    const script = packetScript();
    const outcome = script.stack
      .connect({ host: script.peerAddress, port: 80 })
      .catch((error: { code?: string }) => error.code);
    await script.expect({ flags: 'S', seq: 0 });
    await script.inject({ flags: 'RA', seq: 0, ack: 1 });
    expect(await outcome).toBe('ECONNREFUSED');
    await script.expectNothing();
  });

  it('crosses with the SYN of the peer [RFC 9293 MUST-10]', async () => {
    const script = packetScript({ tcp: { timestamps: false } });
    const connecting = script.stack.connect({ host: script.peerAddress, port: 80 });
    await script.expect({ flags: 'S', seq: 0 });
    await script.inject({ flags: 'S', seq: 0 });
    await script.expect({ flags: 'SA', seq: 0, ack: 1 });
    await script.inject({ flags: 'SA', seq: 0, ack: 1 });
    const socket = await connecting;
    expect(socket.info().state).toBe('ESTABLISHED');
  });
});

describe('data', () => {
  it('is delivered, and acknowledged by the delayed ACK after 40 ms', async () => {
    const { script, texts } = listening();
    await script.connect();
    await script.inject({ flags: 'PA', seq: 1, ack: 1, text: 'hello' });
    expect(texts).toEqual(['hello']);
    await script.advance(39.9);
    await script.expectNothing();
    await script.advance(0.2);
    await script.expect({ flags: 'A', seq: 1, ack: 6, length: 0 });
  });

  it('rides on the answer of an async handler, with the ACK', async () => {
    const script = packetScript({ tcp: { timestamps: false } });
    script.stack.listen({ port: 80 }, (socket) => {
      socket.setHandler({
        ...quiet,
        async handleData() {
          for (let hop = 0; hop < 20; hop++) await null;
          send(socket, 'answer');
        },
      });
    });
    await script.connect();
    await script.inject({ flags: 'PA', seq: 1, ack: 1, text: 'question' });
    await script.expect({ flags: 'PA', seq: 1, ack: 9, text: 'answer' });
    await script.expectNothing();
  });

  it('out of order is acknowledged at once, with a SACK block, and kept', async () => {
    const { script, texts } = listening();
    await script.connect({ sackPermitted: true });
    await script.inject({ seq: 6, ack: 1, text: 'world' });
    await script.expect({ flags: 'A', ack: 1, sack: [[6, 11]] });
    expect(texts).toEqual([]);
    await script.inject({ seq: 1, ack: 1, text: 'hello' });
    await script.expect({ flags: 'A', ack: 11, sack: [] });
    expect(texts.join('')).toBe('helloworld');
  });

  it('is sent again after the RTO, doubled each time', async () => {
    const { script, accepted } = listening();
    await script.connect();
    send(accepted[0], 'x');
    const first = await script.expect({ flags: 'PA', seq: 1, text: 'x' });
    let before = first.atMs;
    for (const interval of [200, 400, 800, 1600]) {
      await script.advance(before + interval - 0.5 - script.network.clock.now());
      await script.expectNothing();
      await script.advance(1);
      const again = await script.expect({ flags: 'PA', seq: 1, text: 'x' });
      expect(again.atMs - before).toBeCloseTo(interval, 6);
      before = again.atMs;
    }
  });

  it('is sent again after three duplicate ACKs', async () => {
    const { script, accepted } = listening({ mtu: 1040 });
    await script.connect({ mss: 1000 });
    accepted[0]?.write(new Uint8Array(5000));
    for (let seq = 1; seq <= 4001; seq += 1000) await script.expect({ seq, length: 1000 });
    for (let repeat = 0; repeat < 2; repeat++) await script.inject({ seq: 1, ack: 1 });
    await script.expectNothing();
    await script.inject({ seq: 1, ack: 1 });
    await script.expect({ seq: 1, length: 1000 });
    await script.expectNothing();
  });

  it('waits for a window, which is probed', async () => {
    const { script, accepted } = listening();
    await script.connect({ wnd: 5 });
    send(accepted[0], 'hello, world');
    // The handshake has offered 65,535; the ACK of it closes the window to 5.
    await script.inject({ seq: 1, ack: 1, wnd: 0 });
    const sent = [];
    for (let probe = 0; probe < 5; probe++) {
      await script.advance(2000);
      sent.push(script.stack.counters().tcp.windowProbes);
    }
    expect(sent.at(-1)).toBeGreaterThan(0);
  });
});

describe('close', () => {
  it('goes through FIN-WAIT-1, FIN-WAIT-2 and TIME-WAIT when we close first', async () => {
    const { script, accepted, closed } = listening({
      tcp: { timeWaitMs: 5000, timestamps: false },
    });
    await script.connect();
    accepted[0]?.end();
    await script.expect({ flags: 'FA', seq: 1, ack: 1 });
    expect(accepted[0]?.info().state).toBe('FIN-WAIT-1');
    await script.inject({ flags: 'A', seq: 1, ack: 2 });
    expect(accepted[0]?.info().state).toBe('FIN-WAIT-2');
    await script.inject({ flags: 'FA', seq: 1, ack: 2 });
    await script.expect({ flags: 'A', seq: 2, ack: 2 });
    expect(accepted[0]?.info().state).toBe('TIME-WAIT');
    expect(closed).toEqual([null]);
    await script.inject({ flags: 'FA', seq: 1, ack: 2 });
    await script.expect({ flags: 'A', seq: 2, ack: 2 });
    await script.advance(5001);
    expect(script.stack.counters().connections).toBe(0);
    await script.expectNothing();
  });

  it('goes through CLOSE-WAIT and LAST-ACK when the peer closes first', async () => {
    const { script, accepted, closed } = listening();
    await script.connect();
    await script.inject({ flags: 'FA', seq: 1, ack: 1 });
    await script.expect({ flags: 'A', seq: 1, ack: 2 });
    expect(accepted[0]?.info().state).toBe('CLOSE-WAIT');
    accepted[0]?.end();
    await script.expect({ flags: 'FA', seq: 1, ack: 2 });
    expect(accepted[0]?.info().state).toBe('LAST-ACK');
    await script.inject({ flags: 'A', seq: 2, ack: 2 });
    expect(accepted[0]?.info().state).toBe('CLOSED');
    expect(closed).toEqual([null]);
  });

  it('survives a reset and a SYN in the window with a challenge ACK, not a reset at its edge [RFC 5961 3.2 (2), 3.2 (3), 4.2]', async () => {
    const { script, accepted } = listening();
    await script.connect();
    await script.inject({ flags: 'R', seq: 100 });
    await script.expect({ flags: 'A', seq: 1, ack: 1 });
    await script.inject({ flags: 'S', seq: 500 });
    await script.expect({ flags: 'A', seq: 1, ack: 1 });
    expect(accepted[0]?.info().state).toBe('ESTABLISHED');
    await script.inject({ flags: 'R', seq: 1 });
    expect(accepted[0]?.info().state).toBe('CLOSED');
    await script.expectNothing();
  });
});

describe('an injected segment', () => {
  it("has the options that were named, counted from the stack's SYN", async () => {
    const seen: object[] = [];
    const script = packetScript({
      observer: {
        segmentReceived: (connection, header) => {
          const iss = connection?.snd.iss ?? 0;
          seen.push({
            sack: [...header.sackEdges.subarray(0, header.sackCount * 2)].map(
              (edge) => (edge - iss) | 0,
            ),
            timestamps: [header.tsval, header.tsecr],
            mss: header.mss,
            shift: header.windowShift,
            wnd: header.wnd,
            length: header.dataEnd - header.dataStart,
          });
        },
      },
    });
    script.stack.listen({ port: 80 }, (socket) => socket.setHandler({ ...quiet, handleData() {} }));
    const timestamps = [7, 8] as const;
    await script.inject({ flags: 'S', mss: 1000, windowShift: 3, sackPermitted: true, timestamps });
    const sack = [
      [5, 9],
      [20, 30],
    ] as const;
    await script.inject({ seq: 1, ack: 1, wnd: 99, sack, timestamps, length: 3 });
    expect(seen).toEqual([
      { sack: [], timestamps: [7, 8], mss: 1000, shift: 3, wnd: 65535, length: 0 },
      { sack: [5, 9, 20, 30], timestamps: [7, 8], mss: 0, shift: -1, wnd: 99, length: 3 },
    ]);
  });
});

describe('a script that is not met', () => {
  it('says what was sent instead, with the conversation', async () => {
    const { script } = listening();
    await script.inject({ flags: 'S', seq: 0 });
    const error = await script.expect({ flags: 'SA', ack: 2 }).catch((reason) => reason);
    expect(error.message).toContain('ack is 1 and not 2');
    expect(error.message).toMatch(/0\.000 {2}peer {3}S seq 0 length 0\n.*stack {2}SA seq 0 ack 1/);
  });

  it('says that nothing was sent', async () => {
    const { script } = listening();
    await expect(script.expect({ flags: 'A' })).rejects.toThrow('nothing was sent: expected A');
  });

  it('says what was sent when nothing was expected', async () => {
    const { script } = listening();
    await script.inject({ flags: 'S', seq: 0 });
    await expect(script.expectNothing()).rejects.toThrow('expected nothing: SA');
  });

  it('knows its flags', async () => {
    const { script } = listening();
    await expect(script.inject({ flags: 'SX' })).rejects.toThrow('there is no flag X');
  });
});

describe('a script on a device', () => {
  it('plays the peer of whoever is behind it, in the time of the host', async () => {
    const [near, far] = memoryWire();
    const stack = createStack({ device: near, address: '10.0.0.1' });
    try {
      stack.listen(
        { port: 80 },
        (socket) => void socket.readable.pipeTo(socket.writable).catch(() => {}),
      );
      const script = packetScript({ device: far, answerMs: 5 });
      await script.connect();
      await script.inject({ flags: 'A', seq: 1, ack: 1, text: 'hello' });
      await script.expect({ flags: 'A', seq: 1, ack: 6, text: 'hello' });
      await script.expectNothing();
      expect(() => script.stack).toThrow('is not known to the script');
      expect(() => script.network).toThrow('on no simulated network');
    } finally {
      await stack.close({ drainMs: 0 });
    }
  });

  it('has addresses', () => {
    expect(() => packetScript({ peerAddress: 'nowhere' })).toThrow(RangeError);
  });
});

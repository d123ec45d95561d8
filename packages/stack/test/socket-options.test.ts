/** What a socket tells of itself, and what can be set on it while it lives. */

import type { CongestionControlChoice, TcpSocket } from '@netlayers/stack';
import { RecordingPeer } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { twoStacks, utf8 } from './bench.js';

/** Both sockets of a connection. */
async function connected() {
  const { bench, near, far } = twoStacks();
  const accepted: TcpSocket[] = [];
  const servers: RecordingPeer[] = [];
  far.listen({ port: 80 }, (socket) => {
    accepted.push(socket);
    servers.push(new RecordingPeer(socket).attach());
  });
  const socket = await bench.wait(near.connect({ host: '10.0.0.2', port: 80 }));
  const client = new RecordingPeer(socket).attach();
  await bench.until(() => accepted.length > 0);
  return { bench, near, far, socket, client, server: accepted[0]!, peer: servers[0]! };
}

describe('info()', () => {
  it('is the same story at both ends', async () => {
    const { bench, near, socket, server, client } = await connected();
    expect(near.counters().established).toBe(1);
    client.sendPattern(100_000);
    await bench.advance(1000);
    const [ours, theirs] = [socket.info(), server.info()];
    expect(ours).toMatchObject({
      state: 'ESTABLISHED',
      timestamps: true,
      sack: true,
      windowScaling: true,
      sendWindowShift: theirs.receiveWindowShift,
      receiveWindowShift: theirs.sendWindowShift,
      pathMtu: 1500,
      advertisedMss: 1460,
      phase: 'open',
      bytesWritten: 100_000,
      bytesSent: 100_000,
      bytesAcked: 100_000,
      segmentsSent: theirs.segmentsReceived,
      segmentsReceived: theirs.segmentsSent,
      segmentsRetransmitted: 0,
      sendWindow: theirs.receiveWindow,
      bytesLost: 0,
    });
    expect(theirs).toMatchObject({ bytesReceived: 100_000, bytesRead: 100_000, receivedMss: 1448 });
    expect(ours.lastDataSentMs).toBeGreaterThan(900);
    expect(theirs.lastDataReceivedMs).toBeGreaterThan(900);
    client.close();
    await bench.advance(1000);
    expect(socket.info().bytesAcked).toBe(100_000);
  });
});

describe('a living socket', () => {
  it('takes another congestion control by name, or one of its own', async () => {
    const { bench, socket, client, peer } = await connected();
    const names = ['newReno', 'bbr', 'cubic'] as const;
    for (const name of names) {
      socket.setCongestionControl(name);
      expect(socket.info().congestionControl).toBe(name.toLowerCase());
      client.sendPattern(50_000);
      await bench.advance(1000);
    }
    expect(peer.received).toBe(150_000);
    for (const name of ['vegas', 'toString'] as unknown as CongestionControlChoice[]) {
      expect(() => socket.setCongestionControl(name)).toThrow(TypeError);
      expect(() => socket.setCongestionControl(name)).toThrow(
        `${name} is no congestion control: cubic, newReno, bbr or a factory`,
      );
    }
  });

  it('is paced at most as fast as it is told', async () => {
    const { bench, socket, client, peer } = await connected();
    socket.setMaxPacingRate(100_000);
    client.sendPattern(200_000);
    await bench.advance(1000);
    expect(peer.received).toBeGreaterThan(90_000);
    expect(peer.received).toBeLessThan(110_000);
    socket.setMaxPacingRate(Number.POSITIVE_INFINITY);
    await bench.advance(100);
    expect(peer.received).toBe(200_000);
    expect(() => socket.setMaxPacingRate(0)).toThrow(RangeError);
  });

  it('has buffers of the size that it is told', async () => {
    const { bench, socket, server, peer } = await connected();
    socket.setSendBufferSize(10_000);
    server.setRecvBufferSize(20_000);
    peer.pause();
    expect(socket.write(new Uint8Array(9999))).toBe(true);
    expect(socket.write(new Uint8Array(1))).toBe(false);
    await bench.advance(1000);
    expect(server.info()).toMatchObject({ receiveBufferCapacity: 20_000, unreadBytes: 10_000 });
    for (const set of ['setSendBufferSize', 'setRecvBufferSize'] as const) {
      expect(() => socket[set](0)).toThrow(RangeError);
      expect(() => socket[set](Number.NaN)).toThrow(RangeError);
      expect(() => socket[set]('1k' as unknown as number)).toThrow(TypeError);
    }
  });

  it('acknowledges at once, or not', async () => {
    const { bench, socket, server, client } = await connected();
    const acks = async () => {
      const before = server.info().segmentsSent;
      client.send('ping');
      await bench.settle();
      return server.info().segmentsSent - before;
    };
    expect(await acks()).toBe(0);
    server.setQuickAck();
    await bench.settle();
    expect(await acks()).toBe(1);
    server.setQuickAck(false);
    expect(await acks()).toBe(0);
    server.setDelayedAck(499);
    await bench.advance(498);
    expect(() => server.setDelayedAck(500)).toThrow(RangeError);
    expect(socket.info().unacknowledgedBytes).toBeLessThanOrEqual(4);
  });

  it('sets all of keep-alive, and wants what has not left to be little', async () => {
    const { bench, near, socket, far } = await connected();
    socket.setKeepAlive(true, 1000, 200, 3);
    const before = near.counters().tcp.keepAliveProbes;
    await bench.advance(3500);
    expect(near.counters().tcp.keepAliveProbes - before).toBe(3);
    socket.setNotSentLowWater(16_384);
    expect(socket.write(utf8('short'))).toBe(true);
    expect(() => socket.setNotSentLowWater(0)).toThrow(RangeError);
    // After the end, too, everything may be set, and means nothing.
    await bench.wait(far.close({ drainMs: 0 }));
    socket.setPacing(false);
    socket.setNoDelay(false);
    socket.setQuickAck();
    expect(() => socket.setKeepAlive(true, -1)).toThrow(RangeError);
    expect(() => socket.setKeepAlive(true, 0, -1)).toThrow(RangeError);
    expect(() => socket.setKeepAlive(true, 0, 0, -1)).toThrow(RangeError);
  });
});

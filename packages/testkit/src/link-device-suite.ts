/**
 * What every `LinkDevice` of `@netlayers/link` has to do, as one suite: the contract in
 * `link-device.ts`, sentence by sentence.
 *
 * A device is tested with something that carries its packets to a second device and back: the
 * other end of a wire, or the host's own forwarding between two interfaces. So a packet counts as
 * arrived when its addresses and everything behind the IP header are there; the hops on the way
 * may have lowered its TTL.
 */

import { LinkProbe, type ProbedDevice } from './link-probe.js';
import type { SuiteTools } from './suite-tools.js';
import { hasTransportChecksum, testPacketHeaderLength } from './test-packet.js';

/** Values of `ChecksumState`. */
const COMPLETE = 0;
const PARTIAL = 1;

/** Two devices whose packets reach each other. */
export interface LinkDeviceFixture {
  /** The device under test. */
  readonly near: ProbedDevice;
  /** Where its packets arrive, and from where packets come to it. */
  readonly far: ProbedDevice;
  /** Addresses as uint32 between which packets are carried. @default 192.0.2.1 and 192.0.2.2 */
  readonly addresses?: { readonly near: number; readonly far: number };
  /** Waits until the host had a chance to carry packets and to call handlers. @default nothing to wait for */
  readonly settle?: () => Promise<void>;
  /** Releases what `close` of both devices does not. */
  readonly dispose?: () => void | Promise<void>;
}

/** Registers the suite under a name; `make` gives a new fixture for each test. */
export function linkDeviceSuite(
  tools: SuiteTools,
  name: string,
  make: () => LinkDeviceFixture | Promise<LinkDeviceFixture>,
): void {
  const { describe, it, expect } = tools;

  /** Runs a test on a new pair and closes it afterwards, whatever happens. */
  const onPair =
    (body: (near: LinkProbe, far: LinkProbe) => Promise<void>): (() => Promise<void>) =>
    async () => {
      const fixture = await make();
      const { near: here, far: there } = fixture.addresses ?? { near: 0xc0000201, far: 0xc0000202 };
      const settle = fixture.settle ?? (() => Promise.resolve());
      const near = new LinkProbe(fixture.near, { source: here, destination: there }, settle);
      const far = new LinkProbe(fixture.far, { source: there, destination: here }, settle);
      try {
        await body(near, far);
        expect([...near.breaches, ...far.breaches], 'handlers called from inside').toEqual([]);
      } finally {
        fixture.near.close();
        fixture.far.close();
        await fixture.dispose?.();
      }
    };

  describe(name, () => {
    it(
      'says what it can do',
      onPair(async ({ device }) => {
        const { mtu, headroom, segmentationOffload, receiveQueue } = device.capabilities;
        expect(mtu).toBeGreaterThanOrEqual(68);
        expect(mtu).toBeLessThanOrEqual(0xffff);
        expect(headroom).toBeGreaterThanOrEqual(0);
        expect(receiveQueue).toBeGreaterThanOrEqual(0);
        expect(segmentationOffload === 0 || segmentationOffload >= mtu).toBe(true);
      }),
    );

    it(
      'carries packets of every length up to the MTU, in order, both ways',
      onPair(async (near, far) => {
        const { mtu } = near.device.capabilities;
        const lengths = [28, 29, 30, 31, 32, 33, 60, 68, 576, mtu - 1, mtu, 28];
        for (const [from, to] of [
          [near, far],
          [far, near],
        ] as const) {
          const sent = lengths.map((length, seed) => from.packet(length, { seed }));
          for (const packet of sent) from.send(packet);
          from.flush();
          const arrived = await to.receive(sent.length);
          expect(arrived.map((packet) => packet.body)).toEqual(sent.map((it) => it.slice(12)));
        }
      }),
    );

    it(
      'sends nothing before flush and nothing twice',
      onPair(async (near, far) => {
        near.send(near.packet(100));
        expect(await far.receiveNothing()).toBe(0);
        near.flush();
        expect((await far.receive(1)).length).toBe(1);
        near.flush();
        expect(await far.receiveNothing()).toBe(0);
      }),
    );

    it(
      'delivers at most max packets and returns how many',
      onPair(async (near, far) => {
        for (let seed = 0; seed < 5; seed++) far.send(far.packet(64, { seed }));
        far.flush();
        const counts: number[] = [];
        for (let tries = 0; tries < 100 && near.arrived.length < 5; tries++) {
          const before = near.delivered;
          const count = near.receiveOnce(2);
          expect(count).toBe(near.delivered - before);
          if (count > 0) counts.push(count);
          else await near.settle();
        }
        expect(counts.every((count) => count <= 2)).toBe(true);
        expect(near.arrived.length).toBe(5);
      }),
    );

    it(
      'reserves room inside the transmit buffer, headroom in front of it',
      onPair(async ({ device }) => {
        const { headroom, mtu } = device.capabilities;
        const buf = device.transmitBuffer;
        for (const length of [28, 500, mtu]) {
          const at = device.reserve(length);
          expect(at).toBeGreaterThanOrEqual(headroom);
          expect(at + length).toBeLessThanOrEqual(buf.length);
          buf.fill(0xee, at, at + length);
        }
        expect(device.transmitBuffer).toBe(buf);
      }),
    );

    it(
      'forgets a reservation that was not committed',
      onPair(async (near, far) => {
        const forgotten = near.device.reserve(1000);
        near.device.transmitBuffer.fill(0xee, forgotten, forgotten + 1000);
        const packet = near.packet(200);
        near.send(packet);
        near.flush();
        expect((await far.receive(1)).map((it) => it.body)).toEqual([packet.slice(12)]);
        expect(await far.receiveNothing()).toBe(0);
      }),
    );

    it(
      'takes a packet that is a part of its reservation',
      onPair(async (near, far) => {
        const packet = near.packet(300);
        const at = near.device.reserve(400);
        near.device.transmitBuffer.set(packet, at + 60);
        near.device.commit(at + 60, at + 360, COMPLETE, 0);
        near.flush();
        expect((await far.receive(1)).map((it) => it.body)).toEqual([packet.slice(12)]);
      }),
    );

    it(
      'calls onReadable when input waits, never from inside receive, commit or flush',
      onPair(async (near, far) => {
        // Input of the host's own making must not be taken for ours.
        await near.receiveNothing();
        near.watch();
        for (let round = 1; round <= 3; round++) {
          const before = near.readable;
          far.send(far.packet(80, { seed: round }));
          far.flush();
          await near.settleUntil(() => near.readable > before);
          expect(near.readable, 'calls of onReadable').toBeGreaterThan(before);
          expect((await near.receive(1)).length).toBe(1);
          near.send(near.packet(80));
          near.flush();
        }
        expect((await far.receive(3)).length).toBe(3);
      }),
    );

    it(
      'keeps the checksum state of packets, or completes their checksums',
      onPair(async (near, far) => {
        for (const [from, to] of [
          [near, far],
          [far, near],
        ] as const) {
          const { checksumOffload } = from.device.capabilities;
          const states = checksumOffload ? ([COMPLETE, PARTIAL] as const) : ([COMPLETE] as const);
          for (const state of states) {
            const partial = state === PARTIAL;
            from.send(from.packet(333, { partial }), state);
            from.send(from.packet(334, { partial, protocol: 'tcp' }), state);
          }
          from.flush();
          const arrived = await to.receive(2 * states.length);
          expect(arrived.length).toBe(2 * states.length);
          for (const packet of arrived) {
            expect(packet.checksum === PARTIAL || hasTransportChecksum(packet.bytes)).toBe(true);
          }
        }
      }),
    );

    it(
      'carries super-segments where it offers to, whole or cut',
      onPair(async (near, far) => {
        for (const [from, to] of [
          [near, far],
          [far, near],
        ] as const) {
          const { segmentationOffload, mtu } = from.device.capabilities;
          if (segmentationOffload === 0) continue;
          const header = testPacketHeaderLength('tcp');
          const packet = from.packet(segmentationOffload, { protocol: 'tcp', partial: true });
          from.send(packet, PARTIAL, mtu - header);
          from.flush();
          const payload: number[] = [];
          for (let tries = 0; tries < 200 && payload.length < packet.length - header; tries++) {
            for (const piece of await to.receive(1)) {
              expect(piece.segmentSize === 0).toBe(piece.bytes.length <= mtu);
              payload.push(...piece.bytes.subarray(header));
            }
          }
          expect(Uint8Array.from(payload)).toEqual(packet.slice(header));
        }
      }),
    );

    it(
      'says when reserve may succeed again',
      onPair(async (near, far) => {
        near.watch();
        const packet = near.packet(near.device.capabilities.mtu);
        let sent = 0;
        while (sent < 20_000 && near.trySend(packet)) sent++;
        near.flush();
        for (let rounds = 0; rounds < 100; rounds++) {
          if (near.trySend(packet)) return;
          // Still full: somebody has to tell, once the far end has taken something.
          near.writable = 0;
          expect((await far.receive(1)).length).toBeGreaterThan(0);
          await near.settleUntil(() => near.writable > 0);
          expect(near.writable, 'calls of onWritable').toBeGreaterThan(0);
        }
        expect(near.trySend(packet), 'room after 100 rounds').toBe(true);
      }),
    );

    it(
      'carries what was flushed before close, and nothing afterwards',
      onPair(async (near, far) => {
        near.send(near.packet(100, { seed: 1 }));
        near.flush();
        near.send(near.packet(100, { seed: 2 }));
        near.device.close();
        near.flush();
        expect((await far.receive(1)).length).toBe(1);
        expect(await far.receiveNothing()).toBe(0);
      }),
    );

    it(
      'is quiet once closed: receive, reserve, flush and close do nothing',
      onPair(async (near, far) => {
        near.watch();
        far.send(far.packet(100));
        far.flush();
        near.device.close();
        const calls = near.readable + near.writable;
        expect(near.receiveOnce(10)).toBe(0);
        expect(near.device.reserve(100)).toBe(-1);
        near.flush();
        near.device.close();
        far.trySend(far.packet(100));
        far.flush();
        await near.settle();
        expect(near.readable + near.writable).toBe(calls);
        expect(near.receiveOnce(10)).toBe(0);
      }),
    );
  });
}

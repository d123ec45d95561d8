import { completeTransportChecksum } from '@netlayers/link';
import { seededRandom, testPacket } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';

describe('completeTransportChecksum', () => {
  it('makes of a partial packet what a complete one is, at any offset', () => {
    for (const protocol of ['udp', 'tcp'] as const) {
      for (const length of [40, 41, 99, 1500, 65_535]) {
        const slab = new Uint8Array(length + 7).fill(0xee);
        slab.set(testPacket(length, { protocol, partial: true }), 3);
        expect(completeTransportChecksum(slab, 3, 3 + length)).toBe(true);
        expect(slab.slice(3, 3 + length)).toEqual(testPacket(length, { protocol }));
        expect([...slab.subarray(3 + length)]).toEqual([0xee, 0xee, 0xee, 0xee]);
      }
    }
  });

  it('never writes a UDP checksum of zero, which means none (RFC 768)', () => {
    const packet = testPacket(30, { partial: true });
    // The last word becomes what is missing to a sum of all ones, whose complement is zero.
    packet.fill(0, 28);
    const probe = packet.slice();
    completeTransportChecksum(probe, 0, 30);
    packet.set(probe.subarray(26, 28), 28);
    completeTransportChecksum(packet, 0, 30);
    expect([packet[26], packet[27]]).toEqual([0xff, 0xff]);
  });

  it('leaves other packets alone', () => {
    const icmp = testPacket(60);
    icmp[9] = 1;
    const version6 = testPacket(60);
    version6[0] = 0x65;
    for (const packet of [icmp, version6]) {
      const before = packet.slice();
      expect(completeTransportChecksum(packet, 0, 60)).toBe(false);
      expect(packet).toEqual(before);
    }
  });

  it('reads and writes nothing outside of a packet that lies about itself', () => {
    for (let seed = 1; seed <= 5000; seed++) {
      const random = seededRandom(seed);
      const slab = new Uint8Array(200).fill(0x5a);
      const length = random.below(64);
      const packet = testPacket(64, { protocol: random.below(2) ? 'udp' : 'tcp' });
      for (let flips = 0; flips < 3; flips++) packet[random.below(24)] = random.below(256);
      slab.set(packet.subarray(0, length), 64);
      completeTransportChecksum(slab, 64, 64 + length);
      const outside = [...slab.subarray(0, 64), ...slab.subarray(64 + length)];
      expect(
        outside.every((byte) => byte === 0x5a),
        `seed ${seed}`,
      ).toBe(true);
    }
  });
});

import { createIpv4Header, parseIpv4Header } from '@netlayers/ipv4';
import { hex } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { FAR, isSame, layer, packet, pattern, US } from './layer.js';

const UDP = 17;

/** Parses what was sent, and puts it together by the definition of RFC 791. */
function wholeOf(packets: readonly Uint8Array[], mtu: number) {
  const headers = packets.map((bytes) => {
    const header = createIpv4Header();
    expect(parseIpv4Header(bytes, 0, bytes.length, header)).toBe(null);
    expect(header.totalLength).toBe(bytes.length);
    expect(bytes.length).toBeLessThanOrEqual(mtu);
    return header;
  });
  const last = headers.at(-1)!;
  const payload = new Uint8Array(last.fragmentOffset + last.totalLength - last.headerLength);
  let next = 0;
  headers.forEach((header, index) => {
    expect(header.fragmentOffset).toBe(next);
    expect(header.moreFragments).toBe(index < headers.length - 1);
    expect(header.identification).toBe(headers[0]!.identification);
    payload.set(packets[index]!.subarray(header.headerLength), next);
    next += header.totalLength - header.headerLength;
    if (header.moreFragments) expect(next % 8).toBe(0);
  });
  return { headers, payload };
}

describe('send', () => {
  for (const mtu of [68, 69, 75, 76, 576, 1006, 1280, 1500, 9000, 65535]) {
    it(`cuts every payload into fragments that fit an MTU of ${mtu}`, () => {
      const room = mtu - 20;
      const lengths = [0, 1, 7, 8, room - 1, room, room + 1, room + 8, 2 * room, 8008, 65515];
      for (const options of [hex``, hex`94040000`, new Uint8Array(40).fill(1)]) {
        const { ipv4, device } = layer({}, { mtu });
        for (const length of lengths.filter((length) => length <= 65515 - options.length)) {
          const payload = pattern(length, mtu);
          const datagram = { destination: FAR, protocol: UDP, options };
          expect(ipv4.send(datagram, payload, 0, length)).toBe(null);
          const sent = device.take();
          const { headers, payload: whole } = wholeOf(sent, mtu);
          expect(isSame(whole, payload)).toBe(true);
          expect(headers[0]).toMatchObject({
            source: US,
            destination: FAR,
            protocol: UDP,
            ttl: 64,
          });
          const cut = 20 + options.length + length > mtu;
          expect(sent.length > 1).toBe(cut);
          // As large as they may be: none but the last leaves room for eight more bytes.
          for (const bytes of sent.slice(0, -1)) expect(mtu - bytes.length).toBeLessThan(8);
        }
      }
    });
  }

  it('takes the payload from the middle of a buffer', () => {
    const { ipv4, device } = layer();
    ipv4.send({ destination: FAR, protocol: UDP, dontFragment: true }, pattern(50), 10, 30);
    const payload = pattern(50).subarray(10, 30);
    const fields = { source: US, destination: FAR, protocol: UDP, dontFragment: true };
    expect(device.take()).toEqual([packet({ ...fields, payload })]);
  });

  it('copies to later fragments the options that ask for it (RFC 791, 3.1)', () => {
    const { ipv4, device } = layer({}, { mtu: 100 });
    const options = hex`07 07 04 00000000 94 04 0000 00`;
    ipv4.send({ destination: FAR, protocol: UDP, options }, pattern(200), 0, 200);
    const [first, ...rest] = device.take();
    expect(first?.subarray(20, 32)).toEqual(options);
    expect(rest.length).toBeGreaterThan(1);
    for (const bytes of rest) {
      expect(bytes[0]).toBe(0x46);
      expect(bytes.subarray(20, 24)).toEqual(hex`94 04 0000`);
    }
  });

  it('gives each datagram that may be cut an identification of its own', () => {
    const { ipv4, device } = layer();
    for (let i = 0; i < 100; i++) ipv4.send({ destination: FAR, protocol: UDP }, pattern(4), 0, 4);
    const seen = new Set(device.take().map((bytes) => (bytes[4]! << 8) | bytes[5]!));
    expect(seen.size).toBe(100);
  });

  it('gives atomic datagrams none (RFC 6864, 4.1)', () => {
    const { ipv4, device } = layer();
    ipv4.send({ destination: FAR, protocol: UDP, dontFragment: true }, pattern(4), 0, 4);
    expect(device.take()[0]?.subarray(4, 8)).toEqual(hex`0000 4000`);
  });

  it('does not cut what must not be cut', () => {
    const { ipv4, device } = layer();
    const datagram = { destination: FAR, protocol: UDP, dontFragment: true };
    expect(ipv4.send(datagram, pattern(1480), 0, 1480)).toBe(null);
    expect(ipv4.send(datagram, pattern(1481), 0, 1481)).toBe('fragmentation-needed');
    expect(device.take()).toHaveLength(1);
    expect(ipv4.counters.sendFailures['fragmentation-needed']).toBe(1);
  });

  it('refuses what no datagram can hold', () => {
    const { ipv4, device } = layer();
    const payload = new Uint8Array(65516);
    expect(ipv4.send({ destination: FAR, protocol: UDP }, payload, 0, 65516)).toBe('too-long');
    const options = hex`01010101`;
    const datagram = { destination: FAR, protocol: UDP, options };
    expect(ipv4.send(datagram, payload, 0, 65512)).toBe('too-long');
    expect(device.take()).toEqual([]);
  });

  it('sends nowhere that cannot be reached', () => {
    const { ipv4, device } = layer();
    for (const destination of [0, 0xe0000001, 0xffffffff, 0xc00002ff]) {
      expect(ipv4.send({ destination, protocol: UDP }, pattern(4), 0, 4)).toBe('no-route');
    }
    expect(device.take()).toEqual([]);
  });

  it('keeps to the MTU of the route', () => {
    const routes = [{ network: 0, prefixLength: 0, mtu: 1000 }];
    const { ipv4, device } = layer({ routes });
    ipv4.send({ destination: FAR, protocol: UDP }, pattern(2000), 0, 2000);
    expect(device.take().map((bytes) => bytes.length)).toEqual([996, 996, 68]);
  });

  it('keeps to the MTU that a path is known to have, within that of the route', () => {
    const { ipv4, device } = layer();
    const lengths = (mtu: number): number[] => {
      const datagram = { destination: FAR, protocol: UDP, mtu };
      expect(ipv4.send(datagram, pattern(1480), 0, 1480)).toBe(null);
      return device.take().map((bytes) => bytes.length);
    };
    expect(lengths(1000)).toEqual([996, 524]);
    expect(lengths(1500)).toEqual([1500]);
    expect(lengths(9000)).toEqual([1500]);
    expect(lengths(1).length).toBe(31);
  });

  it('says when the queue is full, and counts', () => {
    const { ipv4, device } = layer();
    device.full = true;
    expect(ipv4.send({ destination: FAR, protocol: UDP }, pattern(9), 0, 9)).toBe('queue-full');
    expect(ipv4.counters.sendFailures['queue-full']).toBe(1);
    expect(ipv4.counters.sent).toBe(0);
  });

  it('counts datagrams and fragments', () => {
    const { ipv4 } = layer();
    ipv4.send({ destination: FAR, protocol: UDP }, pattern(3000), 0, 3000);
    ipv4.send({ destination: FAR, protocol: UDP }, pattern(30), 0, 30);
    expect(ipv4.counters).toMatchObject({ sent: 4, fragmented: 1, fragmentsSent: 3 });
  });

  it('throws for what only a mistake can ask', () => {
    const { ipv4 } = layer();
    const mistakes = [
      { source: FAR },
      { ttl: 0 },
      { ttl: 256 },
      { ttl: 1.5 },
      { options: hex`010101` },
      { options: new Uint8Array(44).fill(1) },
      { options: hex`07 09 04 00` },
    ];
    for (const mistake of mistakes) {
      const datagram = { destination: FAR, protocol: UDP, ...mistake };
      expect(() => ipv4.send(datagram, pattern(4), 0, 4)).toThrow(RangeError);
    }
  });

  it('sends from any address as a catch-all', () => {
    const { ipv4, device } = layer({ acceptAny: true });
    ipv4.send({ source: 0x08080808, destination: FAR, protocol: UDP }, pattern(4), 0, 4);
    expect(device.take()[0]?.subarray(12, 16)).toEqual(hex`08080808`);
  });
});

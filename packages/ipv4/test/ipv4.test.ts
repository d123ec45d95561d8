import { checksum } from '@netlayers/bytes';
import { IpProtocol } from '@netlayers/ipv4';
import { describe, expect, it } from 'vitest';
import { FAR, icmp, layer, PEER, packet, pattern, US } from './layer.js';

describe('Ipv4', () => {
  it('hands a datagram to its protocol with what the device knew about it', () => {
    const { receive, tcp, ipv4 } = layer();
    receive(packet({ payload: pattern(40), ttl: 3, tos: 0xb9 }), 0, 2, 20);
    expect(tcp.deliveries).toHaveLength(1);
    const [delivery] = tcp.deliveries;
    expect(delivery?.payload).toEqual(pattern(40));
    expect(delivery?.header).toMatchObject({ source: PEER, destination: US, ttl: 3, tos: 0xb9 });
    expect(delivery).toMatchObject({ checksum: 2, segmentSize: 20 });
    expect(ipv4.counters).toMatchObject({ received: 1, delivered: 1 });
  });

  it('writes the header in front of what TCP has written', () => {
    const { ipv4, device } = layer({}, { checksumOffload: true, segmentationOffload: 65535 });
    const at = ipv4.reserve(32);
    ipv4.transmitBuffer.set(pattern(32), at);
    ipv4.commit(at, at + 32, US, FAR, IpProtocol.TCP, 1, 16);
    const [sent] = device.sent;
    expect(sent).toMatchObject({ checksum: 1, segmentSize: 16 });
    expect(sent?.bytes.subarray(20)).toEqual(pattern(32));
    const expected = packet({
      source: US,
      destination: FAR,
      dontFragment: true,
      payload: pattern(32),
    });
    expect(sent?.bytes).toEqual(expected);
    expect(checksum(expected, 0, 20)).toBe(0);
  });

  it('answers an echo request', () => {
    const { receive, device } = layer();
    receive(packet({ protocol: 1, payload: icmp(8, 0, 0x12340001, pattern(56)) }));
    const [reply] = device.take();
    expect(reply?.subarray(20)).toEqual(icmp(0, 0, 0x12340001, pattern(56)));
  });
});

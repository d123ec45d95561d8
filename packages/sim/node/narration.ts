/**
 * A packet on a link as one line for people: when, between whom, what it says, and what became of it.
 */

import { readU16 } from '@netlayers/bytes';
import { createIpv4Header, IpProtocol, parseIpv4Header } from '@netlayers/ipv4';
import { createTcpHeader, formatSegment, parseTcp } from '@netlayers/tcp';
import { UDP_HEADER_LENGTH } from '@netlayers/udp';
import type { WireEvent } from '../src/index.js';

const ip = createIpv4Header();
const segment = createTcpHeader();

/** `1234.500 ms  app.test > api.test  PSH-ACK 40000 > 80 seq=… len=78  lost` */
export function narrate(event: Readonly<WireEvent>): string {
  const { atMs, arrivesAtMs, from, to, fate } = event;
  const later = `arrives ${(arrivesAtMs - atMs).toFixed(3)} ms later`;
  const outcome = fate === 'sent' ? later : fate.replaceAll('-', ' ').toUpperCase();
  return `${atMs.toFixed(3).padStart(12)} ms  ${from} > ${to}  ${contentOf(event)}  ${outcome}`;
}

function contentOf({ buf, start, end }: Readonly<WireEvent>): string {
  if (parseIpv4Header(buf, start, end, ip) !== null)
    return `${end - start} octets that are no IPv4`;
  const inside = start + ip.headerLength;
  const isWhole = ip.fragmentOffset === 0 && !ip.moreFragments;
  if (isWhole && ip.protocol === IpProtocol.TCP) {
    if (parseTcp(buf, inside, start + ip.totalLength, segment) === null) {
      return `${segment.sourcePort} > ${segment.destinationPort} ${formatSegment(segment)}`;
    }
  }
  if (isWhole && ip.protocol === IpProtocol.UDP) {
    const [from, to] = [readU16(buf, inside), readU16(buf, inside + 2)];
    return `${from} > ${to} UDP len=${ip.totalLength - ip.headerLength - UDP_HEADER_LENGTH}`;
  }
  const name = ip.protocol === IpProtocol.ICMP ? 'ICMP' : `protocol ${ip.protocol}`;
  return `${name}, ${ip.totalLength - ip.headerLength} octets${isWhole ? '' : ', a fragment'}`;
}

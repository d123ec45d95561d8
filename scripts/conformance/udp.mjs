/** The RFCs of UDP whose clauses tests name, in the order of `docs/rfc768.md`. */

import { done, not } from './clause.mjs';

const short = (number, title, clauses) => ({ number, title, sections: [{ title: '', clauses }] });

const SRC = 'packages/udp/src';

export const udpDocuments = [
  short(768, 'User Datagram Protocol', [
    done('format', 'ports, length and checksum in eight bytes in front of the data', [
      `${SRC}/header.ts parseUdp emitUdpHeader`,
    ]),
    done(
      'length',
      'the length counts the header; it is 8 at least',
      `${SRC}/header.ts parseUdp`,
      'Bytes of the IP packet behind it are padding',
    ),
    done(
      'checksum',
      'covers pseudo-header, header and data; zero is sent as all ones, and says there is none',
      [`${SRC}/udp.ts parse`, `${SRC}/sender.ts transmitted`],
    ),
    done(
      'user interface',
      'creation of ports, receiving with source port and address, sending with both of either side',
      [`${SRC}/endpoint.ts UdpEndpoint`],
    ),
  ]),
  short(1122, 'Requirements for hosts, of UDP and of broadcast', [
    done('3.2.1.3', 'broadcasts are received, those from no host are not', [
      'packages/ipv4/src/datagram-receiver.ts refusal',
    ]),
    done('3.3.6', 'broadcasts within the subnet and to 255.255.255.255', [
      `${SRC}/sender.ts sourceFor`,
      'packages/ipv4/src/address-policy.ts isBroadcast',
    ]),
    done('4.1.3.1', 'a datagram to a port without a listener is answered by port unreachable', [
      `${SRC}/udp.ts dispatch`,
      'packages/ipv4/src/ipv4.ts reportPortUnreachable',
    ]),
    not(
      '4.1.3.2',
      'IP options are passed up, and sent where the application asks for them',
      'routers drop packets with options (RFC 7126), and the sockets of Node have none',
    ),
    done(
      '4.1.3.3',
      'every ICMP error is passed up to the socket that it names',
      [`${SRC}/udp.ts handleIpError`, `${SRC}/errors.ts networkError`],
      'Hard or soft as Linux has it: `UdpError.isHard`',
    ),
    done(
      '4.1.3.4',
      'checksums are made and verified; a datagram with a wrong one is silently discarded',
      [`${SRC}/udp.ts parse`, `${SRC}/sender.ts sendInPlace`],
      'They cannot be turned off; a datagram without one passes',
    ),
    done(
      '4.1.3.5',
      'the address that was meant is passed up, and the source can be chosen',
      [`${SRC}/arrival.ts`, `${SRC}/sender.ts sourceFor`],
      'An answer to what has arrived leaves from the address it was sent to',
    ),
    done(
      '4.1.3.6',
      'a source that is no host is silently discarded; ours is one of our addresses',
      ['packages/ipv4/src/address-policy.ts refusal', `${SRC}/sender.ts sourceFor`],
    ),
    done(
      '4.1.4',
      'the application sets TTL and TOS, and sends as much as IP carries',
      `${SRC}/sender.ts sendAside`,
    ),
  ]),
  short(8085, 'UDP usage guidelines', [
    done(
      '3.2',
      'what is larger than the path is known to carry is not sent as it is',
      [`${SRC}/sender.ts send`, `${SRC}/path-mtus.ts report`],
      'It is cut, without DF; a report of a router is believed for ten minutes (RFC 1191, 6.3)',
    ),
    not('3.1', 'congestion control', 'that is the application, which knows what it sends'),
  ]),
  short(791, 'Internet Protocol, of UDP', [
    done('3.2', 'fragments are put together in any order', 'packages/ipv4/src/reassembler.ts'),
  ]),
];

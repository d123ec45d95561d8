import { writeU16 } from '@netlayers/bytes';
import {
  createIpv4Header,
  type DropReason,
  emitIpv4Header,
  type Ipv4Header,
  parseIpv4Header,
} from '@netlayers/ipv4';
import { hex } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import * as captures from './captures.js';
import { PEER, packet, resum, US } from './layer.js';

const plain = { headerLength: 20, tos: 0, moreFragments: false, fragmentOffset: 0, ttl: 64 };

const rows: readonly [string, Uint8Array, Ipv4Header][] = [
  [
    'a SYN of Linux',
    captures.SYN,
    {
      ...plain,
      totalLength: 60,
      identification: 0xa346,
      dontFragment: true,
      protocol: 6,
      source: PEER,
      destination: US,
    },
  ],
  [
    'an RST of Linux, with identification 0',
    captures.RST,
    {
      ...plain,
      totalLength: 40,
      identification: 0,
      dontFragment: true,
      protocol: 6,
      source: US,
      destination: PEER,
    },
  ],
  [
    'an ICMP error with a precedence',
    captures.PORT_UNREACHABLE,
    {
      ...plain,
      tos: 0xc0,
      totalLength: 59,
      identification: 0xc6ea,
      dontFragment: false,
      protocol: 1,
      source: US,
      destination: PEER,
    },
  ],
  [
    'a header with 40 bytes of options',
    captures.RECORD_ROUTE_REQUEST,
    {
      ...plain,
      headerLength: 60,
      totalLength: 84,
      identification: 0x3f13,
      dontFragment: true,
      protocol: 1,
      source: PEER,
      destination: US,
    },
  ],
  [
    'the example of RFC 791, appendix A, 1, with addresses',
    hex`4500 0015 006f 0000 7b01 bb75 c0000201 c0000202 00`,
    {
      ...plain,
      totalLength: 21,
      identification: 111,
      dontFragment: false,
      ttl: 123,
      protocol: 1,
      source: PEER,
      destination: US,
    },
  ],
  [
    'the middle fragment of a ping of 3,000 bytes',
    hex`450005dc 3f1220b9 40019152 c0000201 c0000202 ${new Uint8Array(1480)}`,
    {
      ...plain,
      totalLength: 1500,
      identification: 0x3f12,
      dontFragment: false,
      moreFragments: true,
      fragmentOffset: 1480,
      protocol: 1,
      source: PEER,
      destination: US,
    },
  ],
];

describe('the header codec', () => {
  it.each(rows)('reads and writes %s', (_, bytes, header) => {
    const parsed = createIpv4Header();
    expect(parseIpv4Header(bytes, 0, bytes.length, parsed)).toBe(null);
    expect(parsed).toEqual(header);
    const written = bytes.slice();
    written.fill(0xdb, 0, 20);
    expect(emitIpv4Header(written, 0, header)).toBe(header.headerLength);
    expect(written).toEqual(bytes);
  });

  it('works at any offset of a buffer', () => {
    const slab = new Uint8Array(200).fill(0xdb);
    slab.set(captures.SYN, 33);
    const header = createIpv4Header();
    expect(parseIpv4Header(slab, 33, 93, header)).toBe(null);
    expect(header.totalLength).toBe(60);
    expect(parseIpv4Header(slab, 32, 92, header)).not.toBe(null);
  });

  it('takes every value of every field there and back', () => {
    const header = createIpv4Header();
    const bytes = new Uint8Array(65535);
    for (let value = 0; value < 0x10000; value += 257) {
      const fields: Ipv4Header = {
        headerLength: 20,
        tos: value & 0xff,
        totalLength: Math.max(20, value),
        identification: value,
        dontFragment: (value & 1) !== 0,
        moreFragments: (value & 2) !== 0,
        fragmentOffset: value & ~7,
        ttl: value >> 8,
        protocol: value & 0xff,
        source: (value << 16) >>> 0,
        destination: (~value << 8) >>> 0,
      };
      emitIpv4Header(bytes, 0, fields);
      expect(parseIpv4Header(bytes, 0, bytes.length, header)).toBe(null);
      expect(header).toEqual(fields);
    }
  });

  it('accepts a checksum computed over options of any word count', () => {
    const header = createIpv4Header();
    for (let words = 0; words <= 10; words++) {
      const bytes = packet({ options: new Uint8Array(words * 4).fill(1) });
      expect(parseIpv4Header(bytes, 0, bytes.length, header)).toBe(null);
      expect(header.headerLength).toBe(20 + words * 4);
    }
  });
});

describe('a broken header', () => {
  const change = (at: number, value: number) => {
    const bytes = packet({ payload: new Uint8Array(10) });
    bytes[at] = value;
    return resum(bytes);
  };
  const totalLength = (length: number) => {
    const bytes = packet({ payload: new Uint8Array(10) });
    writeU16(bytes, 2, length);
    return resum(bytes);
  };
  const bad: readonly [string, Uint8Array, DropReason | null][] = [
    ['an empty packet', new Uint8Array(0), 'truncated'],
    ['19 bytes', packet().subarray(0, 19), 'truncated'],
    ['version 6', change(0, 0x65), 'bad-version'],
    ['version 0', change(0, 0x05), 'bad-version'],
    ['IHL 4', change(0, 0x44), 'bad-header-length'],
    ['IHL 0', change(0, 0x40), 'bad-header-length'],
    ['IHL beyond the packet', change(0, 0x4f), 'truncated'],
    ['total length 19', totalLength(19), 'bad-total-length'],
    ['total length 0', totalLength(0), 'bad-total-length'],
    ['total length beyond the packet by one', totalLength(31), 'truncated'],
    ['total length of the packet', totalLength(30), null],
    ['padding behind the total length', totalLength(20), null],
    ['TTL 0 (RFC 1122, 3.2.1.7)', packet({ ttl: 0 }), null],
    ['TTL 1', packet({ ttl: 1 }), null],
  ];

  it.each(bad)('%s', (_, bytes, reason) => {
    const slab = new Uint8Array(bytes.length + 100).fill(0x45);
    slab.set(bytes, 50);
    expect(parseIpv4Header(slab, 50, 50 + bytes.length, createIpv4Header())).toBe(reason);
  });

  it('every single flipped bit is found', () => {
    const header = createIpv4Header();
    for (let bit = 0; bit < 160; bit++) {
      const bytes = captures.SYN.slice();
      bytes[bit >> 3] = bytes[bit >> 3]! ^ (0x80 >> (bit & 7));
      expect(parseIpv4Header(bytes, 0, bytes.length, header), `bit ${bit}`).not.toBe(null);
    }
  });
});

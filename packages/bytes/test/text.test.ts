import {
  decodeAscii,
  decodeUtf8,
  encodeAscii,
  encodeUtf8,
  formatIpv4,
  formatIpv6,
  hexdump,
  parseIpOctets,
  parseIpv4,
  parseIpv4Cidr,
  parseIpv6,
  readU16,
  readU32,
  writeU16,
  writeU32,
} from '@netlayers/bytes';
import { describe, expect, it } from 'vitest';

const hexOctets = (hex: string): Uint8Array =>
  Uint8Array.from(hex.replaceAll(' ', '').match(/../g) ?? [], (octet) =>
    Number.parseInt(octet, 16),
  );

describe('big-endian integers', () => {
  it('read back what was written, the highest bit included', () => {
    const buf = new Uint8Array(8);
    writeU16(buf, 1, 0xfedc);
    writeU32(buf, 3, 0xfedcba98);
    expect([...buf]).toEqual([0, 0xfe, 0xdc, 0xfe, 0xdc, 0xba, 0x98, 0]);
    expect(readU16(buf, 1)).toBe(0xfedc);
    expect(readU32(buf, 3)).toBe(0xfedcba98);
  });
});

describe('IPv4 addresses', () => {
  it.each([
    ['0.0.0.0', 0],
    ['10.0.0.2', 0x0a000002],
    ['255.255.255.255', 0xffffffff],
  ])('%s is %i both ways', (text, address) => {
    expect(parseIpv4(text)).toBe(address);
    expect(formatIpv4(address)).toBe(text);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '01.2.3.4',
    '1.2.3.-4',
    ' 1.2.3.4',
    '1.2.3.4\n',
    '1..2.3',
  ])('refuses %j', (text) => {
    expect(parseIpv4(text)).toBeNull();
  });
});

describe('IPv6 addresses', () => {
  it.each([
    ['::', '0000 0000 0000 0000 0000 0000 0000 0000'],
    ['::1', '0000 0000 0000 0000 0000 0000 0000 0001'],
    ['1::', '0001 0000 0000 0000 0000 0000 0000 0000'],
    ['2001:db8::8:800:200c:417a', '2001 0db8 0000 0000 0008 0800 200c 417a'],
    // Of two runs of zeros the longer one, of two that are as long the first (RFC 5952, 4.2.3).
    ['2001:0:0:1::1', '2001 0000 0000 0001 0000 0000 0000 0001'],
    ['2001:db8::1:0:0:1', '2001 0db8 0000 0000 0001 0000 0000 0001'],
    // One group of zeros is written (4.2.2).
    ['2001:db8:0:1:1:1:1:1', '2001 0db8 0000 0001 0001 0001 0001 0001'],
    ['::ffff:192.0.2.1', '0000 0000 0000 0000 0000 ffff c000 0201'],
  ])('%s is %s both ways', (text, hex) => {
    const octets = hexOctets(hex);
    expect(parseIpv6(text)).toEqual(octets);
    expect(formatIpv6(octets, 0)).toBe(text);
  });

  it.each([
    ['2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::ffff:c000:201', '::ffff:192.0.2.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('%s is written %s', (text, canonical) => {
    expect(formatIpv6(parseIpv6(text)!, 0)).toBe(canonical);
  });

  it.each([
    '',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '1::2::3',
    '12345::',
    'g::',
    '::1%lo',
    '[::1]',
    ' ::1',
    '::1.2.3',
    '::1.2.3.256',
    '::1.2.3.4:5',
    '1.2.3.4',
  ])('refuses %j', (text) => {
    expect(parseIpv6(text)).toBeNull();
  });

  it('are told from those of IPv4 by their length', () => {
    expect(parseIpOctets('192.0.2.1')).toEqual(hexOctets('c000 0201'));
    expect(parseIpOctets('::1')).toHaveLength(16);
    expect(parseIpOctets('a.test')).toBeNull();
  });
});

describe('text', () => {
  it('keeps every byte as one character', () => {
    const bytes = Uint8Array.from({ length: 10_000 }, (_, index) => index & 0xff);
    const text = decodeAscii(bytes);
    const back = new Uint8Array(bytes.length);
    expect(encodeAscii(text, back, 0)).toBe(bytes.length);
    expect(back).toEqual(bytes);
  });

  it('agrees with the host on UTF-8, well-formed or not', () => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const encoder = new TextEncoder();
    for (const text of [
      '',
      'hello',
      'grüße',
      '日本語',
      '👋🏽 wave',
      '\ud800 lone',
      'end\udfff',
      '\ufeffbom',
    ]) {
      expect(encodeUtf8(text)).toEqual(encoder.encode(text));
    }
    let state = 12345;
    for (let round = 0; round < 2000; round++) {
      const bytes = Uint8Array.from({ length: round % 9 }, () => {
        state = (Math.imul(state, 1103515245) + 12345) >>> 0;
        const pick = state >>> 16;
        return pick & 1 ? pick >>> 8 : 0x80 | ((pick >>> 8) & 0x7f);
      });
      expect(decodeUtf8(bytes), `bytes ${bytes.join(' ')}`).toBe(decoder.decode(bytes));
    }
  });

  it('dumps bytes in lines of sixteen', () => {
    expect(hexdump(encodeUtf8('GET / HTTP/1.1\r\nHost'))).toBe(
      '0000  47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a  GET / HTTP/1.1..\n' +
        `0010  ${'48 6f 73 74'.padEnd(47)}  Host`,
    );
  });
});

describe('networks in CIDR notation', () => {
  it('are an address and a length, a bare address is one of its own', () => {
    expect(parseIpv4Cidr('10.1.0.0/16')).toEqual({ address: 0x0a010000, prefixLength: 16 });
    expect(parseIpv4Cidr('0.0.0.0/0')).toEqual({ address: 0, prefixLength: 0 });
    expect(parseIpv4Cidr('192.0.2.1')).toEqual({ address: 0xc0000201, prefixLength: 32 });
  });

  it('are nothing else', () => {
    for (const text of [
      '',
      '/8',
      '10.1.0.0/',
      '10.1.0.0/33',
      '10.1/16',
      '10.1.0.0/-1',
      '1.2.3.4/8 ',
    ]) {
      expect(parseIpv4Cidr(text), text).toBe(null);
    }
  });
});

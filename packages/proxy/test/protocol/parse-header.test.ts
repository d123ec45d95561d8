import { encodeUtf8 } from '@netlayers/bytes';
import { parseProxyHeader } from '@netlayers/proxy';
import { fuzzSeed, seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../src/protocol/crc32c.js';
import { writeHeaderBlock } from '../../src/protocol/header-block.js';
import { writeHeaderLine } from '../../src/protocol/header-line.js';

const octets = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits, 'hex'));
const SIGNATURE = '0d0a0d0a000d0a515549540a';
const parse = (bytes: Uint8Array) => parseProxyHeader(bytes);
const line = (text: string) => parse(encodeUtf8(text));
const block = (rest: string) => parse(octets(`${SIGNATURE}${rest}`));
const fault = (result: ReturnType<typeof parse>): string =>
  result.status === 'error' ? result.fault : result.status;

/** A field of version 2. */
const field = (type: number, value: string): string => {
  const length = value.length / 2;
  return [type, length >> 8, length & 0xff]
    .map((octet) => octet.toString(16).padStart(2, '0'))
    .join('')
    .concat(value);
};

/** A PROXY header over TCP4 from 192.0.2.1:1000 to 192.0.2.2:80, with fields. */
const tcp4 = (fields: string): string => {
  const length = 12 + fields.length / 2;
  return `2111${length.toString(16).padStart(4, '0')}c0000201c000020203e80050${fields}`;
};

const LONGEST =
  'PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n';

describe('a line of version 1', () => {
  it('gives both ends (2.1)', () => {
    const result = line('PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r\nGET /');
    expect(result).toMatchObject({
      status: 'complete',
      consumed: 40,
      header: {
        version: 1,
        source: { address: '192.0.2.1', port: 1000 },
        destination: { address: '192.0.2.2', port: 80 },
        secure: false,
      },
    });
    expect(line('PROXY TCP6 2001:db8::1 ::ffff:10.0.0.1 1 0\r\n')).toMatchObject({
      header: { source: { address: '2001:db8::1', port: 1 } },
    });
  });

  it('of an unknown protocol says nothing, whatever stands behind it (2.1)', () => {
    for (const text of ['PROXY UNKNOWN\r\n', 'PROXY UNKNOWN what ever\r\n', LONGEST]) {
      expect(line(text)).toMatchObject({
        status: 'complete',
        consumed: text.length,
        header: { source: null },
      });
    }
    expect(LONGEST.length).toBe(107);
  });

  it.each([
    ['PROXY TCP4 192.0.2.1 192.0.2.2 1000 65536\r\n', 'bad-line'],
    ['PROXY TCP4 192.0.2.1 192.0.2.2 01000 80\r\n', 'bad-line'],
    ['PROXY TCP4 192.0.2.1 192.0.2.2 1000 80 \r\n', 'bad-line'],
    ['PROXY TCP4 192.0.2.1  192.0.2.2 1000 80\r\n', 'bad-line'],
    ['PROXY TCP4 192.0.2.01 192.0.2.2 1000 80\r\n', 'bad-line'],
    ['PROXY TCP4 2001:db8::1 2001:db8::2 1000 80\r\n', 'bad-line'],
    ['PROXY TCP6 192.0.2.1 192.0.2.2 1000 80\r\n', 'bad-line'],
    ['PROXY TCP6 2001:db8::1::2 2001:db8::2 1000 80\r\n', 'bad-line'],
    ['PROXY TCP6 2001:db8::1%eth0 2001:db8::2 1000 80\r\n', 'bad-line'],
    ['PROXY UDP4 192.0.2.1 192.0.2.2 1000 80\r\n', 'bad-line'],
    ['PROXY UNKNOWNS\r\n', 'bad-line'],
    ['PROXY \r\n', 'bad-line'],
    ['PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\n', 'bad-line'],
    ['PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\rX', 'bad-line'],
    ['PROXY TCP4 192.0.2.1 192.0.2.2 1000 8\u0000', 'bad-line'],
    [`PROXY UNKNOWN ${'x'.repeat(93)}`, 'too-long'],
    [LONGEST.replace('\r\n', '0\r\n'), 'too-long'],
    ['proxy TCP4 192.0.2.1 192.0.2.2 1000 80\r\n', 'no-header'],
    ['GET / HTTP/1.1\r\n', 'no-header'],
    ['PROXY', 'partial'],
    ['PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r', 'partial'],
    [`PROXY UNKNOWN ${'x'.repeat(92)}`, 'partial'],
  ])('%j is %s (2.1)', (text, expected) => {
    expect(fault(line(text))).toBe(expected);
  });
});

describe('a block of version 2', () => {
  it('gives both ends and what its fields say (2.2)', () => {
    const fields = [
      field(1, '6832'), // ALPN: h2
      field(2, '6578616d706c652e6f7267'), // AUTHORITY: example.org
      field(4, '000000'), // NOOP
      field(5, 'abcd'), // UNIQUE_ID
      field(0x20, '0100000000'), // SSL
      field(0xe0, 'ff'), // somebody's own
    ].join('');
    expect(block(tcp4(fields))).toEqual({
      status: 'complete',
      consumed: 16 + 12 + fields.length / 2,
      header: {
        version: 2,
        source: { address: '192.0.2.1', port: 1000 },
        destination: { address: '192.0.2.2', port: 80 },
        alpn: 'h2',
        authority: 'example.org',
        uniqueId: octets('abcd'),
        secure: true,
      },
    });
  });

  it('speaks of IPv6 and of paths too (2.2)', () => {
    const from = '20010db8000000000000000000000001';
    expect(block(`21210024${from}${from}03e80050`)).toMatchObject({
      header: { source: { address: '2001:db8::1', port: 1000 }, destination: { port: 80 } },
    });
    const path = (text: string): string => Buffer.from(text).toString('hex').padEnd(216, '0');
    expect(block(`213100d8${path('/run/a b\n')}${path('/run/c')}`)).toMatchObject({
      header: { source: { address: 'unix:/run/a%20b%0A', port: 0 } },
    });
  });

  it('of a LOCAL connection, of no family and of datagrams tells no addresses (2.2)', () => {
    for (const text of [
      '20000000',
      '2011000cc0000201c000020203e80050',
      '20ff0002ffff',
      '21000000',
      '21000003ffffff',
      '2112000cc0000201c000020203e80050',
    ]) {
      expect(block(text), text).toMatchObject({ status: 'complete', header: { source: null } });
    }
  });

  it('is refused when its checksum is not that of the header (2.2.3)', () => {
    const bytes = octets(`${SIGNATURE}${tcp4(field(3, '00000000'))}`);
    const sum = crc32c(bytes, 0, bytes.length);
    new DataView(bytes.buffer).setUint32(bytes.length - 4, sum);
    expect(parse(bytes).status).toBe('complete');
    for (let at = 16; at < bytes.length; at++) {
      if (at >= 28 && at < 31) continue;
      const broken = bytes.slice();
      broken[at]! ^= 1;
      expect(fault(parse(broken)), String(at)).toBe('bad-checksum');
    }
  });

  it.each([
    ['31', 'bad-version'],
    ['2211000c', 'bad-version'],
    ['11110000', 'bad-version'],
    ['21410000', 'bad-family'],
    ['21130000', 'bad-family'],
    ['2111000bc0000201c000020203e800', 'bad-length'],
    [tcp4('0100'), 'bad-length'],
    [tcp4('010002aa'), 'bad-length'],
    [tcp4(field(3, '0000')), 'bad-field'],
    [tcp4(field(0x20, '01')), 'bad-field'],
    [tcp4(field(1, '0a')), 'bad-field'],
    [tcp4(field(2, '61'.repeat(256))), 'bad-field'],
    [tcp4(field(2, '610d0a')), 'bad-field'],
    [tcp4(field(5, '61'.repeat(129))), 'bad-field'],
    ['21110ff1', 'too-long'],
    ['21110ff0', 'partial'],
  ])('%s is %s (2.2)', (text, expected) => {
    expect(fault(block(text))).toBe(expected);
  });

  it('is never read past the end of what has come (2.2)', () => {
    const bytes = octets(`${SIGNATURE}${tcp4(field(1, '6832'))}`);
    for (let length = 0; length < bytes.length; length++) {
      expect(parse(bytes.slice(0, length)).status).toBe('partial');
    }
    expect(parse(bytes).status).toBe('complete');
  });
});

describe('what is written', () => {
  const ends: [string, string][] = [
    ['192.0.2.1', '192.0.2.2'],
    ['2001:db8::1', '::1'],
    ['::ffff:1.2.3.4', '::'],
  ];

  it.each(ends)('from %s to %s is read again, in both versions (2)', (from, to) => {
    const source = { address: from, port: 65535 };
    const destination = { address: to, port: 0 };
    for (const write of [writeHeaderLine, writeHeaderBlock]) {
      const bytes = write(source, destination);
      expect(parse(bytes)).toMatchObject({
        status: 'complete',
        consumed: bytes.length,
        header: { source, destination },
      });
    }
  });

  it('says nothing of ends that are not of one family (2)', () => {
    for (const write of [writeHeaderLine, writeHeaderBlock]) {
      const bytes = write({ address: '::1', port: 1 }, { address: '127.0.0.1', port: 2 });
      expect(parse(bytes)).toMatchObject({ status: 'complete', header: { source: null } });
    }
  });
});

describe('sums', () => {
  it('sums as the vectors do (RFC 9260, A)', () => {
    // The vectors of RFC 3720, B.4.
    expect(crc32c(encodeUtf8('123456789'), 0, 9)).toBe(0xe306_9283);
    expect(crc32c(new Uint8Array(32), 0, 32)).toBe(0x8a91_36aa);
    expect(crc32c(new Uint8Array(32).fill(0xff), 0, 32)).toBe(0x62a8_ab43);
  });
});

describe('any bytes', () => {
  it('are a header, none, or the beginning of one, and stay so with more behind them', () => {
    const seed = fuzzSeed(41);
    const random = seededRandom(seed);
    const samples = [
      encodeUtf8('PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r\n'),
      encodeUtf8(LONGEST),
      octets(`${SIGNATURE}${tcp4(field(1, '6832') + field(0x20, '0100000000'))}`),
      writeHeaderBlock({ address: '::1', port: 1 }, { address: '::2', port: 2 }),
    ];
    const seen = new Set<string>();
    for (let round = 0; round < 20_000; round++) {
      const bytes = samples[random.below(samples.length)]!.slice();
      for (let n = random.below(4); n > 0; n--)
        bytes[random.below(bytes.length)] = random.below(256);
      const length = random.below(bytes.length + 1);
      const short = parse(bytes.subarray(0, length));
      const whole = parse(bytes);
      seen.add(fault(whole));
      if (whole.status === 'complete') expect(whole.consumed).toBeLessThanOrEqual(bytes.length);
      // What is decided early stays decided.
      if (short.status !== 'partial') expect(whole, `seed ${seed} round ${round}`).toEqual(short);
    }
    expect(seen.size).toBeGreaterThan(7);
  });
});

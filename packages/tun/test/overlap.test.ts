import { formatIpv4, parseIpv4 } from '@netlayers/bytes';
import { describe, expect, it } from 'vitest';
import { parseCidr } from '../src/cidr.js';
import { findOverlap, freePair, refuseOverlap, refuseSameRoute } from '../src/overlap.js';
import type { TakenNetwork } from '../src/routing-table.js';

/** `10.0.0.0/24 eth0` is a route, `10.0.0.1` an address of this machine. */
const taken = (...lines: string[]): TakenNetwork[] =>
  lines.map((line) => {
    const [network = '', interfaceName = null] = line.split(' ');
    return { ...parseCidr(network), interfaceName };
  });
const pair = (address: string, peer: string, prefixLength = 32) => ({
  address: parseIpv4(address)!,
  peer: parseIpv4(peer)!,
  prefixLength,
});

describe('findOverlap', () => {
  it.each([
    ['a default route says nothing', pair('10.0.0.2', '10.0.0.3'), ['0.0.0.0/0 eth0'], false],
    ['nor do its halves', pair('10.0.0.2', '10.0.0.3'), ['0.0.0.0/1 v', '128.0.0.0/1 v'], false],
    ['a network around both', pair('10.0.0.2', '10.0.0.3'), ['10.0.0.0/8 eth0'], true],
    ['our address is there', pair('10.0.0.2', '10.0.0.3'), ['10.0.0.2'], true],
    ["the kernel's address is there", pair('10.0.0.2', '10.0.0.3'), ['10.0.0.3'], true],
    ['a neighbour is there', pair('10.0.0.2', '10.0.0.3'), ['10.0.0.1', '10.0.0.4/31 x'], false],
    ['a neighbour in our subnet', pair('10.0.0.2', '10.0.0.3', 24), ['10.0.0.77/32 x'], true],
  ])('%s', (_, addresses, networks, overlaps) => {
    expect(findOverlap(addresses, taken(...networks)) !== null).toBe(overlaps);
  });
});

describe('freePair', () => {
  const free = (...lines: string[]) => {
    const found = freePair(taken(...lines));
    return found === null ? null : `${formatIpv4(found.address)} ${formatIpv4(found.peer)}`;
  };

  it.each([
    [[], '10.0.0.2 10.0.0.3'],
    [['10.0.0.3'], '10.0.1.2 10.0.1.3'],
    [['10.0.0.0/8 eth0'], '172.16.0.2 172.16.0.3'],
    [['10.0.0.0/8 eth0', '172.16.0.0/12 d'], '192.168.0.2 192.168.0.3'],
    [['10.0.0.0/8 a', '172.16.0.0/12 b', '192.168.0.0/16 c'], null],
  ])('with %j taken', (lines, expected) => {
    expect(free(...lines)).toBe(expected);
  });
});

describe('refuseOverlap', () => {
  it('names what is in the way and a pair that is free', () => {
    expect(() => refuseOverlap(pair('10.0.0.2', '10.0.0.3'), taken('10.0.0.0/16 eth0'))).toThrow(
      expect.objectContaining({
        code: 'EADDRINUSE',
        message:
          '10.0.0.2 (with 10.0.0.3 for the kernel) overlaps the route to 10.0.0.0/16 on eth0: ' +
          '10.1.0.2 (with 10.1.0.3 for the kernel) is free',
      }),
    );
  });

  it('lets a free pair pass', () => {
    expect(refuseOverlap(pair('10.1.0.2', '10.1.0.3'), taken('10.0.0.0/16 eth0'))).toBe(undefined);
  });
});

describe('refuseSameRoute', () => {
  const refuse = (route: string, ...lines: string[]) =>
    refuseSameRoute([parseCidr(route)], 'tun0', taken(...lines));

  it('names the interface that has it', () => {
    expect(() => refuse('10.1.0.0/16', '10.1.0.0/16 eth0')).toThrow(
      expect.objectContaining({ code: 'EADDRINUSE', message: expect.stringContaining('eth0') }),
    );
  });

  it('knows how to send everything to the device', () => {
    expect(() => refuse('0.0.0.0/0', '0.0.0.0/0 eth0')).toThrow('0.0.0.0/1 and 128.0.0.0/1');
  });

  it('lets longer prefixes and its own routes pass', () => {
    expect(refuse('10.1.0.0/24', '10.1.0.0/16 eth0')).toBe(undefined);
    expect(refuse('10.1.0.0/16', '10.1.0.0/16 tun0')).toBe(undefined);
  });
});

import { Response } from '@netlayers/http';
import { clientAddress, type Gateways, networkOf } from '@netlayers/middleware';
import { describe, expect, it } from 'vitest';
import { serve } from '../support/serve.js';

const OURS = new Set(['127.0.0.1', '10.0.0.1', '2001:db8::1']);
const isTrusted = (address: string): boolean => OURS.has(address);

const ask = async (fields: Record<string, string>, gateways?: Gateways): Promise<string> => {
  const site = await serve((server) =>
    server.route('GET', '/', (request) => Response.text(clientAddress(request, gateways))),
  );
  return (await site.ask('GET', '/', { fields })).text;
};

describe('the address of a client', () => {
  it('is that of the connection, whatever the client says', async () => {
    expect(await ask({ 'X-Forwarded-For': '192.0.2.1' })).toBe('127.0.0.1');
    expect(await ask({ 'X-Forwarded-For': '192.0.2.1' }, { isTrusted: () => false })).toBe(
      '127.0.0.1',
    );
  });

  const rows: [field: string, address: string][] = [
    ['192.0.2.1', '192.0.2.1'],
    ['198.51.100.7, 192.0.2.1', '192.0.2.1'],
    ['198.51.100.7, 192.0.2.1, 10.0.0.1', '192.0.2.1'],
    ['192.0.2.1:4711', '192.0.2.1'],
    ['2001:db8::7', '2001:db8::7'],
    ['[2001:db8::7]:80', '2001:db8::7'],
    ['10.0.0.1', '10.0.0.1'],
    ['', '127.0.0.1'],
    [', ', '127.0.0.1'],
  ];
  it.each(rows)('behind gateways, X-Forwarded-For: %j, is %s', async (field, address) => {
    expect(await ask({ 'X-Forwarded-For': field }, { isTrusted })).toBe(address);
  });

  const forwarded: [field: string, address: string][] = [
    ['for=192.0.2.1', '192.0.2.1'],
    ['for=198.51.100.7, FOR="192.0.2.1:80";proto=https', '192.0.2.1'],
    ['proto=http; for="[2001:db8::7]:4711"', '2001:db8::7'],
    ['for=192.0.2.1, for="[2001:db8::1]"', '192.0.2.1'],
    ['for=unknown', 'unknown'],
    ['proto=http', '127.0.0.1'],
  ];
  it.each(forwarded)(
    'behind gateways, Forwarded: %j, is %s [RFC 7239 5.2]',
    async (field, address) => {
      expect(await ask({ Forwarded: field }, { isTrusted, field: 'forwarded' })).toBe(address);
    },
  );
});

describe('the network of a client', () => {
  const rows: [address: string, network: string][] = [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
    ['2001:DB8::1', '2001:db8:0:0::/64'],
    ['2001:0db8:0000:0001::', '2001:db8:0:1::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ];
  it.each(rows)('%s is %s', (address, network) => expect(networkOf(address)).toBe(network));
});

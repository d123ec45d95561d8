import { expect, it } from 'vitest';
import { formatCidr } from '../src/cidr.js';
import { parseLocalAddresses, parseRoutes } from '../src/routing-table.js';

const ROUTES = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT                                                       
eth0	00000000	010011AC	0003	0	0	0	00000000	0	0	0                                                                               
eth0	000011AC	00000000	0001	0	0	0	0000FFFF	0	0	0                                                                               
tun0	0200000A	00000000	0005	0	0	0	FFFFFFFF	0	0	0                                                                               
tun0	8002000A	00000000	0001	0	0	0	80FFFFFF	0	0	0                                                                               
`;

const FIB_TRIE = `Main:
  +-- 0.0.0.0/0 3 0 5
     +-- 10.0.0.2/31 2 0 2
        |-- 10.0.0.2
           /32 link UNICAST
        |-- 10.0.0.3
           /32 host LOCAL
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.0
           /8 host LOCAL
        |-- 127.0.0.1
           /32 host LOCAL
        |-- 127.255.255.255
           /32 link BROADCAST
Local:
        |-- 10.0.0.3
           /32 host LOCAL
`;

it('reads routes with their interfaces', () => {
  const routes = parseRoutes(ROUTES);
  expect(routes.map((route) => `${route.interfaceName} ${formatCidr(route)}`)).toEqual([
    'eth0 0.0.0.0/0',
    'eth0 172.17.0.0/16',
    'tun0 10.0.0.2/32',
    'tun0 10.0.2.128/25',
  ]);
});

it('reads local addresses, once each', () => {
  const addresses = parseLocalAddresses(FIB_TRIE);
  expect(addresses.map(formatCidr)).toEqual(['10.0.0.3/32', '127.0.0.0/8', '127.0.0.1/32']);
  expect(addresses.every((network) => network.interfaceName === null)).toBe(true);
});

it.each(['', '\n', 'Iface Destination\neth0', '|--\n/32 host LOCAL', 'Main:\n /32 host LOCAL'])(
  'finds nothing in %j',
  (text) => {
    expect(parseRoutes(text)).toEqual([]);
    expect(parseLocalAddresses(text)).toEqual([]);
  },
);

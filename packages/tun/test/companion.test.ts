import { companionOf } from '@netlayers/tun';
import { expect, it } from 'vitest';

it.each([
  ['10.0.0.1', '10.0.0.2'],
  ['10.0.0.2', '10.0.0.3'],
  ['192.168.7.0', '192.168.7.1'],
  ['10.0.0.253', '10.0.0.254'],
  ['10.0.0.254', '10.0.0.253'],
  ['10.0.0.255', '10.0.0.254'],
  ['223.255.255.1', '223.255.255.2'],
])('the companion of %s is %s', (address, companion) => {
  expect(companionOf(address)).toBe(companion);
});

it.each([
  '',
  '10.0.0',
  '10.0.0.256',
  '10.0.0.2/24',
  'localhost',
  '0.0.0.1',
  '127.0.0.2',
  '224.0.0.1',
  '255.255.255.255',
])('refuses %j', (address) => {
  expect(() => companionOf(address)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
});

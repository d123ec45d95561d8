import { findBadOption } from '@netlayers/ipv4';
import { hex } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { copiedOptions, echoReplyOptions, hasSourceRoute } from '../src/header-options.js';
import { US } from './layer.js';

describe('findBadOption', () => {
  const rows: readonly [string, Uint8Array, number][] = [
    ['nothing', hex``, -1],
    ['NOPs to the end', hex`01010101`, -1],
    ['END, and anything behind it', hex`00ffffff`, -1],
    ['record route with room for one', hex`01 07 07 04 00000000`, -1],
    ['record route without room', hex`07 03 04 00`, -1],
    ['record route, full', hex`01 07 07 08 c0000201`, -1],
    ['timestamp', hex`44 08 05 00 00000000`, -1],
    ['router alert', hex`94 04 0000`, -1],
    ['an unknown option', hex`de 04 1234`, -1],
    ['an unknown option of length 2', hex`de 02 0000`, -1],
    ['a type without a length', hex`010101 07`, 3],
    ['length 0', hex`de 00 0000`, 1],
    ['length 1', hex`de 01 0000`, 1],
    ['a length beyond the header', hex`de 05 0000`, 1],
    ['record route of length 2', hex`07 02 0000`, 1],
    ['record route with pointer 3', hex`07 07 03 00000000 00`, 2],
    ['timestamp of length 3', hex`44 03 05 00`, 1],
    ['timestamp with pointer 4', hex`44 04 04 00`, 2],
    ['loose source route with pointer 0', hex`83 07 00 c0000201 00`, 2],
    ['strict source route of length 2', hex`89 02 0000`, 1],
    ['router alert of length 3', hex`94 03 00 00`, 1],
    ['a bad one behind a good one', hex`01 07 07 04 00000000 | de 09 0000`, 9],
  ];
  it.each(rows)('%s', (_, options, offset) => {
    // 0x04 all around: a read past either end would find a plausible length.
    const slab = new Uint8Array(100).fill(0x04);
    slab.set(options, 20);
    const expected = offset < 0 ? -1 : 20 + offset;
    expect(findBadOption(slab, 20, 20 + options.length)).toBe(expected);
  });
});

describe('hasSourceRoute', () => {
  it('finds both kinds, wherever they stand', () => {
    expect(hasSourceRoute(hex`83 07 04 c0000201 00`, 0, 8)).toBe(true);
    expect(hasSourceRoute(hex`01 94040000 89 03 04`, 0, 8)).toBe(true);
    expect(hasSourceRoute(hex`07 07 04 83898389 00`, 0, 8)).toBe(false);
    expect(hasSourceRoute(hex`00 83 07 04 c0000201`, 0, 8)).toBe(false);
  });
});

describe('copiedOptions', () => {
  it('keeps those with the copied flag, in whole words (RFC 791, 3.1)', () => {
    expect(copiedOptions(hex`01 07 07 04 00000000 94 04 0000`)).toEqual(hex`94 04 0000`);
    expect(copiedOptions(hex`07 07 04 00000000 00`)).toEqual(hex``);
    expect(copiedOptions(hex`82 03 01 94 04 0000 00`)).toEqual(hex`82 03 01 94 04 0000 00`);
  });
});

describe('echoReplyOptions', () => {
  const reply = (options: Uint8Array, now = 5) =>
    echoReplyOptions(options, 0, options.length, US, now);

  it('records this host in a record route', () => {
    expect(reply(hex`01 07 0b 08 c0000201 00000000`)).toEqual(hex`07 0b 0c c0000201 c0000202 00`);
  });

  it('leaves a full record route as it is', () => {
    expect(reply(hex`01 07 07 08 c0000201`)).toEqual(hex`07 07 08 c0000201 00`);
    expect(reply(hex`01 07 07 07 c0000201`)).toEqual(hex`07 07 07 c0000201 00`);
  });

  it('records the time, marked as not the time of day', () => {
    expect(reply(hex`44 0c 05 00 00000000 00000000`)).toEqual(hex`44 0c 09 00 80000005 00000000`);
    expect(reply(hex`44 0c 05 01 00000000 00000000`)).toEqual(hex`44 0c 0d 01 c0000202 80000005`);
  });

  it('records the time beside its own prespecified address only', () => {
    const ours = hex`44 14 0d 03 c0000201 00000001 c0000202 00000000`;
    expect(reply(ours)).toEqual(hex`44 14 15 03 c0000201 00000001 c0000202 80000005`);
    const theirs = hex`44 0c 05 03 c0000209 00000000`;
    expect(reply(theirs)).toEqual(theirs);
    const used = hex`44 0c 0d 03 c0000202 00000000`;
    expect(reply(used)).toEqual(used);
  });

  it('counts itself among those that found no room, up to fifteen', () => {
    expect(reply(hex`44 08 09 00 00000001`)).toEqual(hex`44 08 09 10 00000001`);
    expect(reply(hex`44 08 09 f1 00000001`)).toEqual(hex`44 08 09 f1 00000001`);
  });

  it('carries on nothing else', () => {
    expect(reply(hex`94 04 0000 de 04 1234`)).toEqual(hex``);
  });
});

import { createTcpHeader, formatSegment, parseTcp, seq } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import {
  encodeOptions,
  encodeSegment,
  flagBits,
  type ScriptOptions,
  textOf,
} from '../support/segments.js';

const format = (flags: string, options: ScriptOptions = {}, text?: string): string => {
  const header = createTcpHeader();
  const bytes = encodeSegment({
    source: 1,
    destination: 2,
    sourcePort: 1,
    destinationPort: 2,
    seq: 123,
    ack: 4_294_967_295,
    flags: flagBits(flags),
    wnd: 64_240,
    options: encodeOptions(options),
    text: textOf(text),
  });
  parseTcp(bytes, 0, bytes.length, header);
  return formatSegment(header);
};

describe('formatSegment', () => {
  it('shows a SYN with its options, without an ACK number', () => {
    const options = { mss: 1460, sackOk: true, ts: [1, 0], ws: 7 } as const;
    expect(format('S', options)).toBe('SYN seq=123 win=64240 <mss 1460 sackOK ts 1/0 ws 7>');
  });

  it('shows text, its length, and a reset', () => {
    expect(format('PA', {}, 'sixteen letters.')).toBe(
      'PSH-ACK seq=123 ack=4294967295 win=64240 len=16',
    );
    expect(format('R')).toBe('RST seq=123 win=64240');
  });

  it('shows SACK blocks and a shift of 0', () => {
    expect(format('A', { sack: [10, 20, 30, 40] })).toContain('<sack 10-20 sack 30-40>');
    expect(format('S', { ws: 0 })).toContain('<ws 0>');
  });

  it('says none of a segment without flags', () => {
    expect(formatSegment({ ...createTcpHeader(), seq: seq(7) })).toBe('none seq=7 win=0');
  });
});

/** Text that its writer leaves as it is until it is acknowledged: it is sent from where it lies. */

import { describe, expect, it } from 'vitest';
import { established, type Script, type ScriptSetup } from '../support/fake-peer.js';
import { pattern } from '../support/segments.js';

const KIB = 1024;

/** A window for everything, and no congestion window in the way. */
const OPEN: ScriptSetup = { wnd: 65_535, segmentationOffload: 65_535 };

const memoryUsed = (script: Script): number => script.tcp.counters.memoryUsed;

const textOf = (script: Script): Buffer =>
  Buffer.concat(script.ip.take().map(({ bytes, header }) => bytes.subarray(header.dataStart)));

/** Writes text that lasts, and then breaks the promise: what was not copied is seen to change. */
function writeAndSpoil(script: Script, length: number, lasts: boolean): void {
  const bytes = pattern(length);
  script.conn.write(bytes, 0, length, lasts);
  bytes.fill(0xee);
  script.turn();
}

describe('text that lasts', () => {
  it('is not copied from 16 KiB on', () => {
    const script = established(OPEN);
    writeAndSpoil(script, 16 * KIB, true);
    expect(textOf(script).every((octet) => octet === 0xee)).toBe(true);
  });

  it('is copied below that, as what is not said to last always is', () => {
    for (const [length, lasts] of [
      [16 * KIB - 1, true],
      [16 * KIB, false],
    ] as const) {
      const script = established(OPEN);
      writeAndSpoil(script, length, lasts);
      const sent = textOf(script);
      expect(sent.equals(pattern(length).subarray(0, sent.length))).toBe(true);
    }
  });

  it('is sent in order with what is copied, in segments that reach over both', () => {
    const script = established(OPEN);
    const lasting = pattern(16 * KIB + 1);
    script.conn.write(pattern(300, 1));
    script.conn.write(lasting, 0, lasting.length, true);
    script.conn.write(pattern(700, 2));
    const all = Buffer.concat([pattern(300, 1), lasting, pattern(700, 2)]);
    script.turn();
    const sent = [textOf(script)];
    for (let una = 1; una <= all.length; ) {
      una = Math.min(all.length + 1, una + 1000);
      script.sends({ ack: una });
      sent.push(textOf(script));
    }
    expect(Buffer.concat(sent).equals(all)).toBe(true);
  });

  it('is repeated from where it lies [RFC 9293 3.10.8]', () => {
    const script = established(OPEN);
    const bytes = pattern(20 * KIB);
    script.conn.write(bytes, 0, bytes.length, true);
    script.turn();
    script.take();
    script.sends({ ack: 501 });
    script.take();
    script.advance(3000);
    const [repeated] = script.ip.take();
    const text = repeated!.bytes.subarray(repeated!.header.dataStart);
    expect(Buffer.from(text).equals(bytes.subarray(500, 500 + text.length))).toBe(true);
    expect(text.length).toBe(1000);
  });

  it('counts as memory until it is acknowledged, or the connection is over', () => {
    const script = established(OPEN);
    const before = memoryUsed(script);
    const bytes = pattern(32 * KIB);
    script.conn.write(bytes, 0, bytes.length, true);
    expect(memoryUsed(script)).toBeGreaterThanOrEqual(before + bytes.length);
    script.turn();
    for (let una = 1; una < bytes.length; ) {
      una = Math.min(bytes.length + 1, una + 1000);
      script.sends({ ack: una });
    }
    expect(script.conn.bufferedBytes).toBe(0);
    expect(memoryUsed(script)).toBe(before);
    script.conn.write(bytes, 0, bytes.length, true);
    script.abort();
    expect(memoryUsed(script)).toBeLessThan(before);
  });

  it('may be taken away against what was promised: then zeros are sent, and nothing fails', () => {
    const script = established(OPEN);
    const bytes = pattern(16 * KIB);
    script.conn.write(bytes, 0, bytes.length, true);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    script.turn();
    const sent = textOf(script);
    expect(sent.length).toBeGreaterThan(0);
    expect(sent.every((octet) => octet === 0)).toBe(true);
  });
});

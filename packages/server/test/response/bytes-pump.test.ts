import { describe, expect, it } from 'vitest';
import { BytesPump } from '../../src/response/bytes-pump.js';
import type { PumpSink } from '../../src/response/response-pump.js';

/** Has room for a number of pieces, and writes down what it is told. */
class Sink implements PumpSink {
  readonly told: string[] = [];
  readonly largestPiece = 1;
  readonly largestLent = 0x10_0000;
  held = 0;
  room = 0;
  fault: Error | null = null;

  sendPiece(_buf: Uint8Array, start: number, end: number, lasts: boolean): boolean {
    if (this.fault !== null) throw this.fault;
    this.told.push(`${start}-${end}${lasts ? '' : ' copied'}`);
    return --this.room > 0;
  }

  countHeld(octets: number): void {
    this.held += octets;
  }

  endContent(): void {
    this.told.push('end');
  }

  failContent(error: unknown): void {
    this.told.push(String(error));
  }
}

const MIB = 0x10_0000;
const content = new Uint8Array(2 * MIB + 5);
const none = (): null => null;

describe('content in memory', () => {
  it('is sent within one call where there is room', () => {
    const sink = new Sink();
    sink.room = 9;
    new BytesPump(content, sink, none).run();
    expect(sink.told).toEqual([
      `0-${MIB}`,
      `${MIB}-${2 * MIB}`,
      `${2 * MIB}-${2 * MIB + 5}`,
      'end',
    ]);
  });

  it('waits for room, also behind its last piece', () => {
    const sink = new Sink();
    const pump = new BytesPump(content, sink, none);
    sink.room = 1;
    pump.run();
    expect([sink.told.length, pump.isBlocked, sink.held]).toEqual([1, true, 3 * MIB + 5]);
    pump.handleDrain();
    pump.handleDrain();
    expect([sink.told.length, pump.isBlocked]).toEqual([3, true]);
    pump.handleDrain();
    expect([sink.told.at(-1), pump.isBlocked, sink.held]).toEqual(['end', false, 0]);
    pump.handleDrain();
    expect(sink.told.length).toBe(4);
  });

  it('is not sent on once the connection is gone', () => {
    const sink = new Sink();
    const pump = new BytesPump(content, sink, none);
    pump.run();
    pump.cancel();
    pump.handleDrain();
    expect([sink.told, sink.held]).toEqual([[`0-${MIB}`], 0]);
  });

  it('fails where the connection refuses a piece', () => {
    const sink = new Sink();
    sink.fault = new Error('too long');
    const pump = new BytesPump(content, sink, none);
    pump.run();
    pump.handleDrain();
    expect(sink.told).toEqual(['Error: too long']);
  });
});

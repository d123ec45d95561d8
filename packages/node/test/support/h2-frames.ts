/**
 * Frames of HTTP/2, octet by octet, and a peer that is nothing but frames (RFC 9113, 4.1).
 */

import type { ByteStream } from '@netlayers/http';
import { settle } from './h2-bench.js';

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export const Type = {
  DATA: 0,
  HEADERS: 1,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW: 8,
  CONTINUATION: 9,
};
export const END_STREAM = 0x1;
export const ACK = 0x1;
export const END_HEADERS = 0x4;

/** RFC 9113, 4.1 */
export function frame(
  type: number,
  flags: number,
  id: number,
  payload: Uint8Array = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(id, 5);
  return Buffer.concat([head, payload]);
}

/** A field of HPACK, never indexed, no Huffman (RFC 7541, 6.2.3). */
export const field = (name: string, value: string): Buffer =>
  Buffer.concat([
    Buffer.from([0x10, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);

/** Numbers of 32 bits, one behind the other. */
export function words(...values: readonly number[]): Buffer {
  const octets = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) octets.writeUInt32BE(value, at * 4);
  return octets;
}

/** A frame as it came; `code` is -1 where there is none. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly code: number;
  readonly payload: Buffer;
}

/** A peer that is nothing but frames. */
export class RawPeer {
  received: Buffer = Buffer.alloc(0);
  isOver = false;
  readonly stream: ByteStream;

  /** @param preface what comes in front of the other's frames. */
  constructor(stream: ByteStream, preface = 0) {
    this.stream = stream;
    let toSkip = preface;
    stream.setHandler({
      handleData: (buf, start, end) => {
        const skipped = Math.min(toSkip, end - start);
        toSkip -= skipped;
        this.received = Buffer.concat([this.received, buf.subarray(start + skipped, end)]);
      },
      handleEnd: () => {
        this.isOver = true;
      },
      handleDrain() {},
      handleClose: () => {
        this.isOver = true;
      },
    });
  }

  async send(...frames: readonly Uint8Array[]): Promise<void> {
    for (const one of frames) this.stream.write(one);
    await settle(8);
  }

  frames(): readonly Frame[] {
    const frames = [];
    for (let at = 0; at + 9 <= this.received.length; ) {
      const length = this.received.readUIntBE(at, 3);
      const [type = 0, flags = 0] = this.received.subarray(at + 3);
      const id = this.received.readUInt32BE(at + 5);
      const codeAt = at + 9 + (type === Type.GOAWAY ? 4 : 0);
      const hasCode = type === Type.GOAWAY || type === Type.RST_STREAM;
      const code = hasCode ? this.received.readUInt32BE(codeAt) : -1;
      const payload = this.received.subarray(at + 9, at + 9 + length);
      frames.push({ type, flags, id, code, payload });
      at += 9 + length;
    }
    return frames;
  }

  of(type: number): Frame[] {
    return this.frames().filter((one) => one.type === type);
  }

  codes(type: number): number[] {
    return this.of(type).map(({ code }) => code);
  }
}

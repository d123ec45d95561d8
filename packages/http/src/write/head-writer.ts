/**
 * Bytes of an outgoing head, written in place into one buffer that all connections share: a head
 * makes no garbage, and a small body follows in the same buffer, so that both leave in one write.
 *
 * A sink takes bytes before its `write` returns, so the buffer is free again afterwards. Whoever
 * is called from inside that write and writes a head of its own gets another buffer.
 */

import { encodeAscii } from '@netlayers/bytes';

/** Grown once if a head asks for more; never shrunk. */
const INITIAL_SIZE = 16384;

let spare: HeadWriter | null = null;

/** Collects the bytes of a head. */
export class HeadWriter {
  buf = new Uint8Array(INITIAL_SIZE);
  /** How many bytes are written. */
  length = 0;

  /** An empty writer, to be given back by {@link release}. */
  static acquire(): HeadWriter {
    const writer = spare ?? new HeadWriter();
    spare = null;
    writer.length = 0;
    return writer;
  }

  release(): void {
    spare = this;
  }

  /** Writes text of which the caller knows that no character is above U+00FF. */
  text(text: string): void {
    this.reserve(text.length);
    this.length = encodeAscii(text, this.buf, this.length);
  }

  /** Writes bytes; `long` chooses the way that suits more than some dozens. */
  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    if (bytes.length > 64) this.buf.set(bytes, this.length);
    else for (let i = 0; i < bytes.length; i++) this.buf[this.length + i] = bytes[i]!;
    this.length += bytes.length;
  }

  /** Writes a field line. */
  field(name: string, value: string): void {
    this.reserve(name.length + value.length + 4);
    const { buf } = this;
    let at = encodeAscii(name, buf, this.length);
    buf[at++] = 0x3a;
    buf[at++] = 0x20;
    at = encodeAscii(value, buf, at);
    buf[at++] = 0x0d;
    buf[at++] = 0x0a;
    this.length = at;
  }

  /** Writes a non-negative integer. */
  number(value: number, radix: 10 | 16 = 10): void {
    this.text(value.toString(radix));
  }

  lineEnd(): void {
    this.reserve(2);
    this.buf[this.length++] = 0x0d;
    this.buf[this.length++] = 0x0a;
  }

  /** Makes room for so many bytes more. */
  reserve(more: number): void {
    if (this.length + more <= this.buf.length) return;
    const larger = new Uint8Array(Math.max(this.length + more, this.buf.length * 2));
    larger.set(this.buf.subarray(0, this.length));
    this.buf = larger;
  }
}

/** Makes the bytes of a piece of a head that is written often. */
export function headBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  encodeAscii(text, bytes, 0);
  return bytes;
}

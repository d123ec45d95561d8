/**
 * Frames as a test writes and reads them, built here byte by byte: not by the code that is tested.
 */

/** What a frame is made of; a length that is lied about comes after `bytes`. */
export interface FrameSpec {
  readonly fin?: boolean;
  /** The three reserved bits: 4 is RSV1. */
  readonly rsv?: number;
  readonly opcode: number;
  readonly payload?: Uint8Array | string;
  /** Whether it is masked; the tests' peers do what their role asks for. */
  readonly masked?: boolean;
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const KEY = [0x37, 0xfa, 0x21, 0x3d];

/** The bytes of a frame. */
export function frame(spec: FrameSpec): Uint8Array {
  const { fin = true, rsv = 0, opcode, masked = false } = spec;
  const payload = typeof spec.payload === 'string' ? utf8(spec.payload) : (spec.payload ?? []);
  const { length } = payload;
  const mask = masked ? 0x80 : 0;
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  if (length < 126) head.push(mask | length);
  else if (length < 65536) head.push(mask | 126, length >> 8, length & 0xff);
  else {
    head.push(mask | 127, 0, 0, 0, 0);
    for (const shift of [24, 16, 8, 0]) head.push((length >>> shift) & 0xff);
  }
  if (masked) head.push(...KEY);
  const bytes = new Uint8Array(head.length + length);
  bytes.set(head);
  for (let i = 0; i < length; i++) {
    bytes[head.length + i] = payload[i]! ^ (masked ? KEY[i & 3]! : 0);
  }
  return bytes;
}

/** A frame that was read. */
export interface ReadFrame {
  readonly fin: boolean;
  readonly rsv: number;
  readonly opcode: number;
  readonly masked: boolean;
  readonly payload: Uint8Array;
}

/** Reads whole frames. @throws Error for half of one. */
export function readFrames(bytes: Uint8Array): ReadFrame[] {
  const frames: ReadFrame[] = [];
  let at = 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  while (at < bytes.length) {
    const first = bytes[at]!;
    const second = bytes[at + 1]!;
    at += 2;
    let length = second & 0x7f;
    if (length === 126) {
      length = view.getUint16(at);
      at += 2;
    } else if (length === 127) {
      length = Number(view.getBigUint64(at));
      at += 8;
    }
    const masked = (second & 0x80) !== 0;
    const key = masked ? bytes.slice(at, at + 4) : null;
    if (masked) at += 4;
    if (at + length > bytes.length) throw new Error('half a frame');
    const payload = bytes.slice(at, at + length);
    if (key !== null) for (let i = 0; i < length; i++) payload[i]! ^= key[i & 3]!;
    at += length;
    frames.push({
      fin: (first & 0x80) !== 0,
      rsv: (first >> 4) & 7,
      opcode: first & 15,
      masked,
      payload,
    });
  }
  return frames;
}

/** Joins bytes. */
export function join(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

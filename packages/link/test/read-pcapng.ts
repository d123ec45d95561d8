/** Reads back what `PcapngWriter` writes, strictly: anything unexpected throws. */

import { decodeUtf8, readU16, readU32 } from '@netlayers/bytes';

export interface Block {
  readonly type: number;
  readonly body: Uint8Array;
}

export interface CapturedPacket {
  readonly micros: number;
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly comment: string | null;
  readonly flags: number | null;
}

/** Splits a file into blocks; lengths are checked on both sides. */
export function readBlocks(file: Uint8Array): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < file.length; ) {
    const length = readU32(file, at + 4);
    if (length % 4 !== 0 || length < 12 || at + length > file.length) {
      throw new Error(`block of ${length} bytes at ${at} of ${file.length}`);
    }
    if (readU32(file, at + length - 4) !== length) throw new Error(`lengths differ at ${at}`);
    blocks.push({ type: readU32(file, at), body: file.subarray(at + 8, at + length - 4) });
    at += length;
  }
  return blocks;
}

/** Reads the options of a block from `at` to its end. */
export function readOptions(body: Uint8Array, at: number): Map<number, Uint8Array> {
  const options = new Map<number, Uint8Array>();
  let next = at;
  for (;;) {
    const code = readU16(body, next);
    const length = readU16(body, next + 2);
    if (next + 4 + length > body.length) throw new Error('option past the end of its block');
    if (code === 0) {
      if (next + 4 !== body.length) throw new Error('bytes behind the end of the options');
      return options;
    }
    options.set(code, body.subarray(next + 4, next + 4 + length));
    const end = next + 4 + ((length + 3) & ~3);
    if (body.subarray(next + 4 + length, end).some((byte) => byte !== 0)) {
      throw new Error('padding is not zero');
    }
    next = end;
  }
}

/** The packets of a file; its first two blocks are the section header and the interface. */
export function readPackets(file: Uint8Array): CapturedPacket[] {
  return readBlocks(file)
    .slice(2)
    .map(({ type, body }) => {
      if (type !== 6 || readU32(body, 0) !== 0) throw new Error('not a packet of interface 0');
      const kept = readU32(body, 12);
      const options = readOptions(body, 20 + ((kept + 3) & ~3));
      const comment = options.get(1);
      const flags = options.get(2);
      return {
        micros: readU32(body, 4) * 0x1_0000_0000 + readU32(body, 8),
        length: readU32(body, 16),
        bytes: body.slice(20, 20 + kept),
        comment: comment === undefined ? null : decodeUtf8(comment),
        flags: flags === undefined ? null : readU32(flags, 0),
      };
    });
}

/** A sink that keeps everything. */
export function memorySink(): { write(bytes: Uint8Array): void; file(): Uint8Array } {
  const parts: number[] = [];
  return {
    write: (bytes) => {
      for (const byte of bytes) parts.push(byte);
    },
    file: () => Uint8Array.from(parts),
  };
}

/**
 * Writes captures in the pcapng format that Wireshark reads: a section header, one interface of
 * raw IP packets, and an enhanced packet block per packet, with its direction and a comment; names of
 * addresses, where somebody knows them.
 *
 * Numbers are big-endian, which the section header says. Time stamps are microseconds: a double of
 * milliseconds since 1970 holds no more. Statistics and several interfaces are
 * left out.
 *
 * Blocks are collected in chunks. What the sink was given is never written to again.
 */

import { encodeUtf8, writeU16, writeU32 } from '@netlayers/bytes';
import type { PacketDirection } from './wrapped-device.js';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const NAME_RESOLUTION = 4;
const ENHANCED_PACKET = 6;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const LINKTYPE_RAW = 101;

const OPTION_END = 0;
const OPTION_COMMENT = 1;
const OPTION_APPLICATION = 4;
const OPTION_INTERFACE_NAME = 2;
const OPTION_TIME_RESOLUTION = 9;
const OPTION_PACKET_FLAGS = 2;

const RECORD_END = 0;
const RECORD_IPV4 = 1;
const RECORD_HEADER = 4;
/** The longest name in the DNS, as text (RFC 1035, 2.3.4). */
const LONGEST_NAME = 253;

const MICROSECONDS = 6;
const DIRECTION_FLAGS: Readonly<Record<PacketDirection, number>> = { inbound: 1, outbound: 2 };

/** Type and length in front of a block's body, and the length again behind it. */
const BLOCK_OVERHEAD = 12;
const OPTION_HEADER = 4;
const PACKET_FIXED = 20;
/** No comment is longer, so that a block stays far below any reader's limit. */
const LONGEST_COMMENT = 0xffff;

const CHUNK = 64 * 1024;

const padded = (length: number): number => (length + 3) & ~3;

/** Takes the bytes of a capture, in order. */
export interface CaptureSink {
  /** Takes some bytes; they belong to the sink and are never written to again. */
  write(bytes: Uint8Array): void;
}

/** What the head of a capture says. */
export interface PcapngOptions {
  /** Name of the interface. @default 'netlayers' */
  readonly interfaceName?: string;
  /** Bytes kept of each packet. @default 262144, more than any packet has */
  readonly snapLength?: number;
}

/** Builds a capture block by block. */
export class PcapngWriter {
  readonly #sink: CaptureSink;
  readonly #snapLength: number;
  #chunk = new Uint8Array(CHUNK);
  /** Bytes of the chunk up to here belong to the sink. */
  #flushed = 0;
  #at = 0;

  /** Writes the head of the file; it reaches the sink with the first `flush`. */
  constructor(sink: CaptureSink, options: PcapngOptions = {}) {
    const { interfaceName = 'netlayers', snapLength = 0x40000 } = options;
    this.#sink = sink;
    this.#snapLength = snapLength;
    this.#writeSectionHeader();
    this.#writeInterface(encodeUtf8(interfaceName));
  }

  /**
   * Appends a packet.
   *
   * @param wallTime milliseconds since 1970-01-01 UTC, with a fraction.
   * @param comment shown with the packet; `null` = none.
   * @param touchUp may change the copy `buf[start..end)` that was made of the packet; it is called
   *   only for a packet that is kept whole.
   */
  writePacket(
    direction: PacketDirection,
    wallTime: number,
    buf: Uint8Array,
    start: number,
    end: number,
    comment: string | null = null,
    touchUp: ((buf: Uint8Array, start: number, end: number) => void) | null = null,
  ): void {
    const kept = Math.min(end - start, this.#snapLength);
    const text = comment === null ? null : encodeUtf8(comment).subarray(0, LONGEST_COMMENT);
    const options =
      (text === null ? 0 : OPTION_HEADER + padded(text.length)) + OPTION_HEADER + 4 + OPTION_HEADER;
    const micros = Math.max(0, Math.round(wallTime * 1000));

    const length = this.#beginBlock(ENHANCED_PACKET, PACKET_FIXED + padded(kept) + options);
    this.#u32(0);
    this.#u32(Math.floor(micros / 0x1_0000_0000));
    this.#u32(micros % 0x1_0000_0000);
    this.#u32(kept);
    this.#u32(end - start);
    const data = this.#at;
    this.#bytes(buf.subarray(start, start + kept));
    if (touchUp !== null && kept === end - start) touchUp(this.#chunk, data, data + kept);
    if (text !== null) this.#option(OPTION_COMMENT, text);
    this.#u16(OPTION_PACKET_FLAGS);
    this.#u16(4);
    this.#u32(DIRECTION_FLAGS[direction]);
    this.#u32(OPTION_END);
    this.#u32(length);
  }

  /**
   * Appends the name of an address, which readers show in its place if they are asked to.
   *
   * @param address uint32.
   * @param name up to 253 bytes of UTF-8; the rest is cut off.
   */
  writeName(address: number, name: string): void {
    const text = encodeUtf8(name).subarray(0, LONGEST_NAME);
    const value = new Uint8Array(4 + text.length + 1);
    writeU32(value, 0, address);
    value.set(text, 4);
    const records = RECORD_HEADER + padded(value.length) + RECORD_HEADER;
    const length = this.#beginBlock(NAME_RESOLUTION, records);
    this.#option(RECORD_IPV4, value);
    this.#u32(RECORD_END);
    this.#u32(length);
  }

  /** Hands everything written so far to the sink. */
  flush(): void {
    if (this.#at === this.#flushed) return;
    const bytes = this.#chunk.subarray(this.#flushed, this.#at);
    this.#flushed = this.#at;
    this.#sink.write(bytes);
  }

  #writeSectionHeader(): void {
    const application = encodeUtf8('netlayers');
    const options = OPTION_HEADER + padded(application.length) + OPTION_HEADER;
    const length = this.#beginBlock(SECTION_HEADER, 16 + options);
    this.#u32(BYTE_ORDER_MAGIC);
    this.#u16(1);
    this.#u16(0);
    // The length of the section in 64 bits; all ones = not known.
    this.#u32(0xffffffff);
    this.#u32(0xffffffff);
    this.#option(OPTION_APPLICATION, application);
    this.#u32(OPTION_END);
    this.#u32(length);
  }

  #writeInterface(name: Uint8Array): void {
    const options = OPTION_HEADER + padded(name.length) + OPTION_HEADER + padded(1) + OPTION_HEADER;
    const length = this.#beginBlock(INTERFACE_DESCRIPTION, 8 + options);
    this.#u16(LINKTYPE_RAW);
    this.#u16(0);
    this.#u32(this.#snapLength);
    this.#option(OPTION_INTERFACE_NAME, name);
    this.#option(OPTION_TIME_RESOLUTION, Uint8Array.of(MICROSECONDS));
    this.#u32(OPTION_END);
    this.#u32(length);
  }

  /** Makes room for a block, writes its type and length, and returns the length. */
  #beginBlock(type: number, body: number): number {
    const length = body + BLOCK_OVERHEAD;
    if (this.#at + length > this.#chunk.length) {
      this.flush();
      this.#chunk = new Uint8Array(Math.max(CHUNK, length));
      this.#at = 0;
      this.#flushed = 0;
    }
    this.#u32(type);
    this.#u32(length);
    return length;
  }

  /** An option or a record, which have one form. */
  #option(code: number, value: Uint8Array): void {
    this.#u16(code);
    this.#u16(value.length);
    this.#bytes(value);
  }

  /** Copies bytes and pads them to whole words; a new chunk is zero already. */
  #bytes(value: Uint8Array): void {
    this.#chunk.set(value, this.#at);
    this.#at += padded(value.length);
  }

  #u16(value: number): void {
    writeU16(this.#chunk, this.#at, value);
    this.#at += 2;
  }

  #u32(value: number): void {
    writeU32(this.#chunk, this.#at, value);
    this.#at += 4;
  }
}

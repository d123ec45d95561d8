/**
 * A capture of a whole network: every packet that was put on a link, once, at the time it was put
 * there, with a comment that says between whom and what became of it. Lost packets are in it too,
 * which no capture of a real network can show.
 */

import { parseIpv4 } from '@netlayers/bytes';
import { PcapngWriter } from '@netlayers/link';
import type { WireEvent } from './wire-event.js';

/** Collects the bytes of a pcapng file. */
export class ByteCollector {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  write(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }

  /** Everything so far, in one array of the caller's own. */
  bytes(): Uint8Array {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }
}

function commentOn(event: Readonly<WireEvent>): string {
  const later = (event.arrivesAtMs - event.atMs).toFixed(3);
  const notes = [
    event.fate === 'sent' ? `arrives ${later} ms later` : event.fate.replaceAll('-', ' '),
  ];
  if (event.isCopy) notes.push('a duplicate');
  if (event.corrupted) notes.push('one bit flipped');
  if (event.reordered) notes.push('reordered');
  return `${event.from} > ${event.to}: ${notes.join(', ')}`;
}

/** Writes what a network tells into a capture. */
export class WireCapture {
  readonly #collector = new ByteCollector();
  readonly #writer = new PcapngWriter(this.#collector, { interfaceName: 'simulated network' });
  readonly #startMs: number;

  /** @param startMs wall time of the network's beginning. */
  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  write(event: Readonly<WireEvent>): void {
    const at = this.#startMs + event.atMs;
    this.#writer.writePacket('outbound', at, event.buf, event.start, event.end, commentOn(event));
  }

  /** Has readers show a name in place of addresses. */
  name(addresses: readonly string[], name: string): void {
    for (const text of addresses) {
      const address = parseIpv4(text);
      if (address !== null && text !== name) this.#writer.writeName(address, name);
    }
  }

  /** The file so far. */
  bytes(): Uint8Array {
    this.#writer.flush();
    return this.#collector.bytes();
  }
}

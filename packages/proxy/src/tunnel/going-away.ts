/**
 * The way from an upstream to the client of a WebSocket, which is told to go when the proxy's server
 * closes: a Close frame with 1001 (RFC 6455, 7.4.1) is put between two frames of the upstream's. Frames
 * are followed by their lengths, and nothing else of them is looked at.
 *
 * The client's answer goes to the upstream as anything that it sends: to it, the client goes away.
 */

import type { ByteStream } from '@netlayers/http';

const CLOSE = 0x8;
/** RFC 6455, 5.5.1: an unmasked Close of two octets, 1001. */
const GOING_AWAY = Uint8Array.of(0x88, 2, 1001 >> 8, 1001 & 0xff);
/** Flags and opcode, and a length of 7, 16 or 64 bits (RFC 6455, 5.2). */
const LONGEST_HEAD = 10;
const MASK_LENGTH = 4;

/** Passes frames, until there is a Close. */
export class GoingAway {
  readonly #client: ByteStream;
  readonly #head = new Uint8Array(LONGEST_HEAD);
  #filled = 0;
  /** Octets until the next frame. */
  #toSkip = 0;
  /** `closed`: the upstream has said it, and what follows is its business. */
  #state: 'open' | 'leaving' | 'left' | 'closed' = 'open';

  constructor(client: ByteStream) {
    this.#client = client;
  }

  /** Tells the client to go, as soon as a frame is over. */
  leave(): void {
    if (this.#state !== 'open') return;
    this.#state = 'leaving';
    if (this.#isBetween) this.#sayGoodbye();
  }

  /** Passes what the upstream has sent; false when the client's stream is full. */
  write(buf: Uint8Array, start: number, end: number): boolean {
    // Behind a Close there is nothing (RFC 6455, 5.5.1).
    if (this.#state === 'left') return true;
    const until = this.#follow(buf, start, end);
    const hasRoom = this.#client.write(buf, start, until);
    return this.#state === 'leaving' && this.#isBetween ? this.#sayGoodbye() : hasRoom;
  }

  get #isBetween(): boolean {
    return this.#filled === 0 && this.#toSkip === 0;
  }

  #sayGoodbye(): boolean {
    this.#state = 'left';
    return this.#client.write(GOING_AWAY);
  }

  /** @returns the end of what is to be passed: that of a frame, when the client is to go. */
  #follow(buf: Uint8Array, start: number, end: number): number {
    for (let at = start; at < end; ) {
      if (this.#state === 'closed') return end;
      const skipped = Math.min(this.#toSkip, end - at);
      this.#toSkip -= skipped;
      at += skipped;
      if (this.#state === 'leaving' && this.#isBetween) return at;
      if (at < end) this.#take(buf[at++]!);
    }
    return end;
  }

  #take(octet: number): void {
    const head = this.#head;
    head[this.#filled++] = octet;
    if (this.#filled < 2) return;
    const [opcode = 0, second = 0] = head;
    const short = second & 0x7f;
    const headLength = short < 126 ? 2 : short === 126 ? 4 : LONGEST_HEAD;
    if (this.#filled < headLength) return;
    let length = short < 126 ? short : 0;
    for (let at = 2; at < headLength; at++) length = length * 0x100 + head[at]!;
    this.#filled = 0;
    this.#toSkip = length + ((second & 0x80) === 0 ? 0 : MASK_LENGTH);
    if ((opcode & 0xf) === CLOSE) this.#state = 'closed';
  }
}

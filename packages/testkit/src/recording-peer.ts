/**
 * A user of a `ByteStream` that writes down what happens to it, checks the rules that hold at any
 * time, and can send and verify any number of bytes without keeping them.
 *
 * Rules are checked here once for all tests: nothing after the close, no data after the end,
 * nothing while paused, no empty delivery, no drain that nobody waits for.
 */

import type { Stream, StreamHandler } from './byte-stream.js';
import { seededRandom } from './seeded-random.js';

/** A prime, so that no power of two hides a block that came twice or in the wrong place. */
const PERIOD = 65_521;
const PATTERN = seededRandom(9293).bytes(PERIOD);
const SEND_SIZE = 50_000;
/** What is promised of the bytes of one write after the other. */
const LASTING = [false, true, 'until-drain'] as const;
/** In memory that may be used again. */
const SPOILED = 0xdb;

/** Fills a buffer with what belongs at a position of the test pattern. */
export function fillPattern(buf: Uint8Array, position: number): void {
  for (let i = 0; i < buf.length; i++) buf[i] = PATTERN[(position + i) % PERIOD] as number;
}

/** What a peer does when something happens to it, after having written it down. */
export interface PeerReactions {
  data?(bytes: Uint8Array): void;
  end?(): void;
  close?(error: Error | null): void;
}

/** A handler with its stream. */
export class RecordingPeer implements StreamHandler {
  readonly stream: Stream;
  readonly reactions: PeerReactions;
  /** `end`, `drain` and `close` in the order of their coming. */
  readonly events: string[] = [];
  /** Broken rules, as text; a test ends with none. */
  readonly violations: string[] = [];
  /** Everything received, if the peer was told to keep it. */
  kept: number[] = [];
  keeps = false;
  received = 0;
  /** Where the received bytes first differ from the test pattern; -1 while they do not. */
  firstDifference = -1;
  closeError: Error | null = null;
  /** Bytes handed to `write` by `sendPattern`. */
  sent = 0;
  refusals = 0;
  #toSend = 0;
  #endsAfterSending = false;
  #writes = 0;
  #paused = false;
  #awaitsDrain = false;
  #inCall = false;
  /** Nothing but the close may follow. */
  #givenUp = false;
  readonly #scratch = new Uint8Array(SEND_SIZE);
  /** Lent until there is room. */
  readonly #lentScratch = new Uint8Array(SEND_SIZE);

  constructor(stream: Stream, reactions: PeerReactions = {}) {
    this.stream = stream;
    this.reactions = reactions;
  }

  get closed(): boolean {
    return this.events.includes('close');
  }

  get ended(): boolean {
    return this.events.includes('end');
  }

  /** The `code` of the error that closed the stream; `null` after an orderly close. */
  get closeCode(): unknown {
    return (this.closeError as { code?: unknown } | null)?.code ?? null;
  }

  /** Becomes the stream's handler. */
  attach(): this {
    this.guarded(() => this.stream.setHandler(this));
    return this;
  }

  pause(): void {
    this.#paused = true;
    this.stream.pause();
  }

  resume(): void {
    this.#paused = false;
    this.guarded(() => this.stream.resume());
  }

  /** Resets the connection; nothing but the close follows. */
  abort(): void {
    this.#givenUp = true;
    this.guarded(() => this.stream.abort());
  }

  /** Closes both directions; nothing but the close follows. */
  close(): void {
    this.#givenUp = true;
    this.guarded(() => this.stream.close());
  }

  /** Makes a call inside of which nothing may be delivered. */
  guarded(call: () => void): void {
    this.#inCall = true;
    call();
    this.#inCall = false;
  }

  /** Sends text, one byte a character, and reports what `write` said. */
  send(text: string): boolean {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    const taken = this.write(bytes);
    bytes.fill(0xdb);
    return taken;
  }

  /** Sends bytes once, and reports what `write` said. */
  write(bytes: Uint8Array): boolean {
    const taken = this.stream.write(bytes);
    if (!taken) this.#awaitsDrain = true;
    return taken;
  }

  /** What was received, as text. */
  get text(): string {
    return String.fromCharCode(...this.kept);
  }

  /** Sends that many bytes of the test pattern as fast as the stream takes them. */
  sendPattern(length: number, thenEnd = false): void {
    this.#toSend += length;
    this.#endsAfterSending = thenEnd;
    this.#sendMore();
  }

  handleData(buf: Uint8Array, start: number, end: number): void {
    this.#check('data');
    if (end <= start) this.violations.push('an empty delivery');
    if (this.keeps) this.kept.push(...buf.subarray(start, end));
    this.#compare(buf, start, end);
    this.received += end - start;
    this.reactions.data?.(buf.slice(start, end));
  }

  handleEnd(): void {
    this.#check('end');
    this.events.push('end');
    this.reactions.end?.();
  }

  handleDrain(): void {
    this.#check('drain');
    if (!this.#awaitsDrain) this.violations.push('a drain that nobody waits for');
    this.#awaitsDrain = false;
    this.events.push('drain');
    this.#lentScratch.fill(SPOILED);
    this.#sendMore();
  }

  handleClose(error: Error | null): void {
    this.#check('close');
    this.events.push('close');
    this.closeError = error;
    this.reactions.close?.(error);
  }

  #sendMore(): void {
    while (this.sent < this.#toSend) {
      const length = Math.min(SEND_SIZE, this.#toSend - this.sent);
      const lasts = LASTING[this.#writes++ % LASTING.length]!;
      const memory = lasts === 'until-drain' ? this.#lentScratch : this.#scratch;
      const chunk = lasts === true ? new Uint8Array(length) : memory.subarray(0, length);
      fillPattern(chunk, this.sent);
      const taken = this.stream.write(chunk, 0, length, lasts);
      if (lasts === false || (lasts === 'until-drain' && taken)) chunk.fill(SPOILED);
      this.sent += length;
      if (taken) continue;
      this.#awaitsDrain = true;
      this.refusals++;
      break;
    }
    if (this.sent === this.#toSend && this.#endsAfterSending) this.stream.end();
  }

  #compare(buf: Uint8Array, start: number, end: number): void {
    if (this.firstDifference >= 0) return;
    for (let i = start, at = this.received % PERIOD; i < end; i++) {
      if (buf[i] !== PATTERN[at]) {
        this.firstDifference = this.received + i - start;
        return;
      }
      if (++at === PERIOD) at = 0;
    }
  }

  #check(event: 'data' | 'end' | 'drain' | 'close'): void {
    if (this.closed) this.violations.push(`${event} after the close`);
    if (this.#givenUp && event !== 'close') this.violations.push(`${event} after abort or close`);
    if (this.#inCall) this.violations.push(`${event} from inside a call of the user`);
    if (event === 'data' || event === 'end') {
      if (this.ended) this.violations.push(`${event} after the end`);
      if (this.#paused) this.violations.push(`${event} while paused`);
    }
  }
}

/**
 * What both ends of a connection share: input in any pieces becomes events one at a time, which
 * stop and go on as the end wants, and what comes too early is kept.
 *
 * An end says whether it can take an event now, and takes it. Events may call anything on the
 * connection, and a sink may even answer with input from inside a write: such input waits its turn.
 */

import { localError } from '../grammar/errors.js';
import type { MessageParser, ParserEvent } from '../parse/message-parser.js';
import type { ByteSink } from '../write/byte-sink.js';
import { ExchangeStates } from './exchange-states.js';
import { HeldBytes } from './held-bytes.js';
import type { ClientState, ServerState } from './states.js';

const NOTHING = new Uint8Array(0);
const DEFAULT_HELD_BYTES = 16384;

/** One end of a connection. */
export abstract class MessageConnection {
  protected readonly sink: ByteSink;
  protected readonly exchange = new ExchangeStates();
  readonly #heldBound: number;
  /** `null` while nothing is kept. */
  #held: HeldBytes | null = null;
  /** The peer's half has ended, though bytes of it may still be kept. */
  protected inputEnded = false;
  /** The input that is being read, empty otherwise: of `buf[at..end)` no event was made yet. */
  protected buf: Uint8Array = NOTHING;
  protected at = 0;
  protected end = 0;
  /** Whether nobody will ever write into that input again. */
  protected lasts = false;
  #paused = false;
  #reading = false;

  constructor(sink: ByteSink, heldBytes: number = DEFAULT_HELD_BYTES) {
    this.sink = sink;
    this.#heldBound = heldBytes;
  }

  get clientState(): ClientState {
    return this.exchange.client;
  }

  get serverState(): ServerState {
    return this.exchange.server;
  }

  /**
   * Takes bytes of the peer, `buf[start..end)`; what is kept of them here is copied.
   *
   * @param lasts whether nobody will ever write into them again.
   */
  handleData(buf: Uint8Array, start: number, end: number, lasts = false): void {
    if (this.inputEnded || !this.wantsInput()) return;
    // From inside an event, or behind bytes that wait: first come, first served.
    if (this.#reading || this.heldLength > 0) {
      this.held.append(buf, start, end);
    } else {
      const at = this.#read(buf, start, end, lasts);
      if (at < end && this.wantsInput()) this.held.prepend(buf, at, end);
    }
    this.readOn();
  }

  /** Takes the end of the peer's half of the connection. */
  handleEnd(): void {
    if (this.inputEnded || !this.wantsInput()) return;
    this.inputEnded = true;
    this.peerEnded();
    this.readOn();
  }

  /** Stops events; bytes that come are kept, and the sink is paused once they are many. */
  pause(): void {
    this.#paused = true;
  }

  /** Goes on with events, which may come from inside this call. */
  resume(): void {
    this.#paused = false;
    // Where it stopped may be the last piece of a body: its end is an event that needs no bytes.
    if (!this.#reading && this.heldLength === 0 && this.canRead()) this.#read(NOTHING, 0, 0);
    this.readOn();
  }

  /**
   * After the switch to another protocol: a copy of the bytes that came behind the last message.
   * Further bytes are the caller's business: it gives the stream another handler.
   *
   * @throws HttpProtocolError `wrong-state` before the switch.
   */
  takeRemaining(): Uint8Array {
    if (this.exchange.client !== 'SWITCHED') {
      throw localError('wrong-state', 'no protocol was switched');
    }
    if (this.#reading) {
      this.held.prepend(this.buf, this.at, this.end);
      this.at = this.end;
    }
    return this.held.take();
  }

  /** How many bytes are kept. */
  protected get heldLength(): number {
    return this.#held === null ? 0 : this.#held.length;
  }

  /** What is kept, and what is to be. */
  protected get held(): HeldBytes {
    this.#held ??= new HeldBytes(this.sink, this.#heldBound);
    return this.#held;
  }

  /** Forgets what is kept. */
  protected dropHeld(): void {
    this.#held?.clear();
    this.#held = null;
  }

  /** The parser of what this end receives, to be read with. */
  protected abstract get parser(): MessageParser<unknown>;

  /** Whether what comes in can still mean anything. */
  protected abstract wantsInput(): boolean;

  /** Whether this is a state in which an event can be taken. */
  protected abstract canRead(): boolean;

  /** Takes an event of the parser. */
  protected abstract takeEvent(event: ParserEvent): void;

  /** The peer's half has ended just now; what is kept of it is still to be read. */
  protected abstract peerEnded(): void;

  /** All input is read and has ended, in a state in which more could be taken. */
  protected abstract endInput(): void;

  /** Nothing is being read and nothing is left to read. */
  protected abstract settled(): void;

  /** Forgets a pause: it was about the exchange that has just ended. */
  protected unpause(): void {
    this.#paused = false;
  }

  /** Reads what was kept, then the end of input. Does nothing from inside an event. */
  protected readOn(): void {
    if (this.#reading) return;
    if (this.#held !== null) this.#readHeld();
    if (this.#held !== null) return;
    if (this.inputEnded && !this.#paused && this.canRead()) this.endInput();
    else this.settled();
  }

  /** Reads what was kept, as far as it can be read now. */
  #readHeld(): void {
    const { held } = this;
    while (held.length > 0 && !this.#paused && this.canRead()) {
      const buf = held.buf!;
      const { start, end } = held;
      held.detach();
      const at = this.#read(buf, start, end);
      if (at < end && this.wantsInput()) held.putBack(buf, at, end);
    }
    if (held.length > 0) held.regulate();
    else this.dropHeld();
  }

  /** Reads events until there are no more or nobody wants one; returns the offset it came to. */
  #read(buf: Uint8Array, start: number, end: number, lasts = false): number {
    const { parser } = this;
    this.#reading = true;
    this.buf = buf;
    this.lasts = lasts;
    this.at = start;
    this.end = end;
    try {
      while (!this.#paused && this.canRead()) {
        this.at = parser.read(buf, this.at, end);
        if (parser.event === 'partial') break;
        this.takeEvent(parser.event);
      }
    } finally {
      this.#reading = false;
    }
    const stopped = this.at;
    this.buf = NOTHING;
    this.at = 0;
    this.end = 0;
    return stopped;
  }
}

/**
 * Messages that have come and that nobody has read yet, and readers that wait for one. Above a bound
 * the peer is held back; what it was sending then is all that is still added.
 */

/** Text as a string, anything else as octets that are the receiver's own. */
export type Message = string | Uint8Array;

/** What a message costs beside its octets, so that empty ones are not free. */
const OVERHEAD = 64;

interface Reader {
  resolve(message: Message | null): void;
  reject(error: unknown): void;
}

/** A queue between the connection and its readers. */
export class MessageQueue {
  readonly #mostBytes: number;
  readonly #hold: (isHeld: boolean) => void;
  readonly #messages: { readonly message: Message; readonly cost: number }[] = [];
  readonly #readers: Reader[] = [];
  #bytes = 0;
  #isHeld = false;
  #isOver = false;
  #error: unknown = null;
  #listener: ((message: Message) => void) | null = null;

  /** @param hold called when the peer is to be held back, and when it may go on. */
  constructor(mostBytes: number, hold: (isHeld: boolean) => void) {
    this.#mostBytes = mostBytes;
    this.#hold = hold;
  }

  /** Who is called for each message, instead of keeping it. */
  get listener(): ((message: Message) => void) | null {
    return this.#listener;
  }

  /** Sets it; messages that are kept go to it at once. */
  set listener(listener: ((message: Message) => void) | null) {
    this.#listener = listener;
    while (this.#listener !== null && this.#messages.length > 0) this.#listener(this.#shift());
    this.#regulate();
  }

  /** Adds a message of that many octets. */
  push(message: Message, bytes: number): void {
    if (this.#isOver) return;
    if (this.#listener !== null) {
      this.#listener(message);
      return;
    }
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader.resolve(message);
      return;
    }
    const cost = bytes + OVERHEAD;
    this.#messages.push({ message, cost });
    this.#bytes += cost;
    this.#regulate();
  }

  /** The next message; `null` behind the last one, or the error that came there. */
  next(): Promise<Message | null> {
    if (this.#messages.length > 0) {
      const message = this.#shift();
      this.#regulate();
      return Promise.resolve(message);
    }
    if (this.#isOver) {
      return this.#error === null ? Promise.resolve(null) : Promise.reject(this.#error);
    }
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
  }

  /** No further message comes; what is kept can still be read. */
  end(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#error = error;
    for (const reader of this.#readers.splice(0)) {
      if (error === null) reader.resolve(null);
      else reader.reject(error);
    }
    this.#regulate();
  }

  #shift(): Message {
    const { message, cost } = this.#messages.shift()!;
    this.#bytes -= cost;
    return message;
  }

  #regulate(): void {
    const isHeld = !this.#isOver && this.#bytes > this.#mostBytes;
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    this.#hold(isHeld);
  }
}

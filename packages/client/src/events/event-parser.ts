/**
 * Reads a stream of events (WHATWG HTML, 9.2.6): lines in any of three endings, fields by their name,
 * an empty line behind each event. What is not finished at the end of the stream is no event.
 */

import { ClientError } from '../base/errors.js';

/** An event that a server has sent. */
export interface ServerSentEvent {
  /** @default 'message' */
  readonly type: string;
  readonly data: string;
  /** The last id that the server has given, with this event or before; empty for none. */
  readonly lastEventId: string;
}

/** Reads one stream. */
export class EventParser {
  /** The last id, from the stream before or of an event of this one. */
  lastEventId: string;
  /** What the server says of how long to wait before coming back, milliseconds. */
  retryMs: number | null = null;
  readonly #maxCharacters: number;
  readonly #decoder = new TextDecoder();
  #line = '';
  /** Whether a line feed that comes next belongs to the line end that was read. */
  #afterReturn = false;
  #type = '';
  #id: string;
  #data: string[] = [];
  #size = 0;

  /** @param maxCharacters of one event. */
  constructor(lastEventId: string, maxCharacters: number) {
    this.lastEventId = lastEventId;
    this.#id = lastEventId;
    this.#maxCharacters = maxCharacters;
  }

  /**
   * The events that a piece completes.
   *
   * @throws ClientError `event-too-large`.
   */
  *read(piece: Uint8Array): Generator<ServerSentEvent, void> {
    let text = this.#decoder.decode(piece, { stream: true });
    if (text === '') return;
    if (this.#afterReturn && text.startsWith('\n')) text = text.slice(1);
    this.#afterReturn = text === '' ? false : text.endsWith('\r');
    const lines = text.split(/\r\n|\r|\n/);
    for (const [index, part] of lines.entries()) {
      this.#line += part;
      this.#size += part.length;
      if (this.#size > this.#maxCharacters) {
        const message = `an event is larger than the ${this.#maxCharacters} characters allowed`;
        throw new ClientError('event-too-large', message);
      }
      if (index === lines.length - 1) break;
      const line = this.#line;
      this.#line = '';
      if (line !== '') this.#field(line);
      else yield* this.#dispatch();
    }
  }

  #field(line: string): void {
    const colon = line.indexOf(':');
    // A comment, which servers send so that the connection is seen to live.
    if (colon === 0) {
      this.#size -= line.length;
      return;
    }
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') this.#type = value;
    else if (name === 'data') this.#data.push(value);
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
    else if (name === 'retry' && /^\d{1,10}$/.test(value)) this.retryMs = Number(value);
  }

  *#dispatch(): Generator<ServerSentEvent, void> {
    const type = this.#type || 'message';
    const data = this.#data.join('\n');
    const isEmpty = this.#data.length === 0;
    this.lastEventId = this.#id;
    this.#type = '';
    this.#data = [];
    this.#size = 0;
    if (!isEmpty) yield { type, data, lastEventId: this.lastEventId };
  }
}

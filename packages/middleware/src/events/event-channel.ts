/**
 * Events for many: what is published goes to every subscriber, and the last of it is kept for those
 * who come back (HTML Standard, 9.2.4: Last-Event-ID).
 *
 * A subscriber that reads too slowly never holds up the others: its stream is closed, it comes back by
 * itself, and gets what it has missed, as far as that is kept.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import type { Response } from '@netlayers/http';
import type { ServerRequest } from '@netlayers/server';
import { EventStream, type EventStreamOptions, eventResponse } from './event-stream.js';
import { eventText, type ServerSentEvent } from './event-text.js';

/** Settings of a channel. */
export interface EventChannelOptions extends EventStreamOptions {
  /** Events that are kept for those who come back. @default 1000 */
  readonly keptEvents?: number;
  /** And their size in characters. @default 1 MiB */
  readonly keptLength?: number;
  /** Called for a client whose last event is not kept any more: it may be told to start over. */
  readonly onGap?: (stream: EventStream, request: ServerRequest) => void;
}

const OPTIONS: OptionNames<EventChannelOptions> = {
  heartbeatMs: 'optional',
  maxQueuedBytes: 'optional',
  keptEvents: 'optional',
  keptLength: 'optional',
  onGap: 'optional',
};

/** Publishes events to all who subscribe. */
export class EventChannel {
  readonly #options: EventChannelOptions;
  readonly #keptEvents: number;
  readonly #keptLength: number;
  readonly #subscribers = new Set<EventStream>();
  /** The text of the last events by their ids, the oldest first. */
  readonly #kept = new Map<string, string>();
  #length = 0;
  #lastId = 0;

  /** @throws TypeError for an option that is none. */
  constructor(options: EventChannelOptions = {}) {
    checkOptions('EventChannel', options, OPTIONS);
    this.#options = options;
    this.#keptEvents = options.keptEvents ?? 1000;
    this.#keptLength = options.keptLength ?? 1024 * 1024;
  }

  /** How many subscribers there are. */
  get subscribers(): number {
    return this.#subscribers.size;
  }

  /**
   * Sends an event to everybody.
   *
   * @param event without an id it gets the next number.
   * @returns its id.
   */
  publish(event: ServerSentEvent | string): string {
    const given = typeof event === 'string' ? { data: event } : event;
    const id = given.id ?? String(++this.#lastId);
    const text = eventText({ ...given, id });
    this.#keep(id, text);
    for (const stream of this.#subscribers) this.#give(stream, text);
    return id;
  }

  /** Answers with the events from here on, behind those that the client has missed. */
  subscribe(request: ServerRequest): Response {
    const stream = new EventStream(request, this.#options);
    const { lastEventId } = stream;
    if (lastEventId !== null) this.#replay(stream, lastEventId, request);
    if (stream.isOpen) {
      this.#subscribers.add(stream);
      stream.signal.addEventListener('abort', () => this.#subscribers.delete(stream));
    }
    return eventResponse(stream);
  }

  /** Ends the streams of all subscribers. */
  close(): void {
    for (const stream of this.#subscribers) stream.close();
  }

  #give(stream: EventStream, text: string): void {
    const limit = this.#options.maxQueuedBytes ?? 1024 * 1024;
    // A character is at most three octets.
    if (stream.queuedBytes + text.length * 3 > limit) stream.close();
    else void stream.sendText(text);
  }

  #replay(stream: EventStream, lastEventId: string, request: ServerRequest): void {
    const isKnown = this.#kept.has(lastEventId);
    if (!isKnown) this.#options.onGap?.(stream, request);
    let isBehind = !isKnown;
    for (const [id, text] of this.#kept) {
      if (isBehind) this.#give(stream, text);
      else isBehind = id === lastEventId;
    }
  }

  #keep(id: string, text: string): void {
    // An id that comes again is the newest.
    this.#drop(id);
    this.#kept.set(id, text);
    this.#length += text.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#keptEvents && this.#length <= this.#keptLength) break;
      this.#drop(oldest);
    }
  }

  #drop(id: string): void {
    const text = this.#kept.get(id);
    if (text === undefined) return;
    this.#kept.delete(id);
    this.#length -= text.length;
  }
}

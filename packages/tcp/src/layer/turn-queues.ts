/**
 * What a turn still has to do: connections with something to transmit, connections with something
 * to tell their handlers, listeners with a connection to announce. Each is listed once, however
 * often it asks.
 *
 * Handlers are called in `deliverEvents` only. What they cause is listed anew, for the next call, so
 * that no handler is called from inside another.
 */

import type { TcpConnection } from '../connection/connection.js';
import { transmit } from '../sending/transmit.js';
import type { TcpListener } from './listener.js';

/** The lists of one stack's turn. */
export class TurnQueues {
  readonly #onWork: () => void;
  readonly #hasSeveralLinks: boolean;
  /**
   * The first `#outputs` of it. It keeps its length: an array of none gives its memory back, and every turn
   * would ask for some.
   */
  #output: (TcpConnection | null)[] = [];
  #outputs = 0;
  /** With several links: connections whose own was full. */
  #blocked: TcpConnection[] = [];
  #events: TcpConnection[] = [];
  /** Listeners with a connection to tell of, one entry for each. */
  #acceptable: TcpListener[] = [];
  /** Whose handler is being called. */
  #told: TcpConnection | null = null;
  #halted = false;

  /**
   * @param onWork called when a list that was empty is no longer.
   * @param hasSeveralLinks a full device does not hold up the connections of the others.
   */
  constructor(onWork: () => void, hasSeveralLinks: boolean) {
    this.#onWork = onWork;
    this.#hasSeveralLinks = hasSeveralLinks;
  }

  /** Whether a handler waits to be called. */
  get hasEvents(): boolean {
    return this.#events.length > 0 || this.#acceptable.length > 0;
  }

  /** Whether a connection waits to transmit. */
  get hasOutput(): boolean {
    return this.#outputs > 0 || this.#blocked.length > 0;
  }

  /** Calls no handler any more, not even those whose turn it is. */
  halt(): void {
    this.#halted = true;
    this.#told?.delivery.halt();
  }

  requestOutput(connection: TcpConnection): void {
    if (connection.outputRequested) return;
    connection.outputRequested = true;
    this.#output[this.#outputs++] = connection;
    if (this.#outputs === 1) this.#onWork();
  }

  requestEvents(connection: TcpConnection): void {
    if (connection.eventsRequested) return;
    connection.eventsRequested = true;
    this.#events.push(connection);
    if (this.#events.length === 1) this.#onWork();
  }

  requestAccept(listener: TcpListener): void {
    this.#acceptable.push(listener);
    if (this.#acceptable.length === 1) this.#onWork();
  }

  /**
   * Calls handlers for what has happened. Listeners come first, so that a connection and its first
   * text are told in one call.
   */
  deliverEvents(): void {
    this.#announceAcceptable();
    const events = this.#events;
    if (events.length === 0) return;
    this.#events = [];
    for (const connection of events) connection.eventsRequested = false;
    let next = 0;
    try {
      while (next < events.length && !this.#halted) {
        this.#told = events[next++]!;
        this.#told.delivery.round();
      }
    } finally {
      this.#told = null;
      // One handler that throws does not silence the others.
      for (; next < events.length; next++) this.requestEvents(events[next]!);
    }
  }

  #announceAcceptable(): void {
    const acceptable = this.#acceptable;
    if (acceptable.length === 0) return;
    this.#acceptable = [];
    let next = 0;
    try {
      while (next < acceptable.length && !this.#halted) acceptable[next++]!.announce();
    } finally {
      for (; next < acceptable.length; next++) this.requestAccept(acceptable[next]!);
    }
  }

  /**
   * Writes what is due into the device.
   *
   * @returns false when the device's queue is full: call again once it is writable.
   */
  pollTransmit(now: number): boolean {
    if (this.#hasSeveralLinks) return this.#pollEach(now);
    const output = this.#output;
    for (let index = 0; index < this.#outputs; index++) {
      const connection = output[index]!;
      const isDone = transmit(connection, now);
      connection.updateDeadline();
      if (!isDone) {
        // The next one comes first next time, so that nobody starves behind a full queue.
        this.#output = [...output.slice(index + 1, this.#outputs), connection];
        this.#outputs = this.#output.length;
        for (let done = 0; done < index; done++) output[done]!.outputRequested = false;
        return false;
      }
    }
    for (let index = 0; index < this.#outputs; index++) {
      output[index]!.outputRequested = false;
      output[index] = null;
    }
    this.#outputs = 0;
    return true;
  }

  /** Lets each connection try: those behind a full device are tried again with the next call. */
  #pollEach(now: number): boolean {
    const output = [...this.#blocked, ...this.#output.slice(0, this.#outputs)] as TcpConnection[];
    const blocked: TcpConnection[] = [];
    this.#output = [];
    this.#outputs = 0;
    for (const connection of output) {
      if (!transmit(connection, now)) blocked.push(connection);
      connection.updateDeadline();
    }
    for (const connection of output) connection.outputRequested = false;
    for (const connection of blocked) connection.outputRequested = true;
    this.#blocked = blocked;
    return blocked.length === 0;
  }
}

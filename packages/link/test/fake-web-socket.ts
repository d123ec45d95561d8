/**
 * A pair of WebSockets in memory, joined: what is sent waits in `bufferedAmount` until `carry`.
 */

import type { WebSocketLike } from '@netlayers/link';

type Event = 'open' | 'message' | 'close' | 'error';

/** One end. */
export class FakeWebSocket implements WebSocketLike {
  binaryType = 'blob';
  readyState = 0;
  bufferedAmount = 0;
  peer: FakeWebSocket | null = null;
  readonly #listeners = new Map<Event, (event: object) => void>();
  readonly #sent: (Uint8Array | string)[] = [];

  addEventListener(type: Event, listener: (event: object) => void): void {
    this.#listeners.set(type, listener);
  }

  /** Something happens to this end. */
  emit(type: Event, event: object = {}): void {
    this.#listeners.get(type)?.(event);
  }

  open(): void {
    this.readyState = 1;
    this.emit('open');
  }

  send(data: Uint8Array | string): void {
    if (this.readyState === 0) throw new Error('InvalidStateError');
    if (this.readyState > 1) return;
    this.#sent.push(data);
    this.bufferedAmount += data.length;
  }

  close(): void {
    if (this.readyState > 1) return;
    this.readyState = 2;
  }

  /** Hands on what was sent, and the close behind it. */
  carry(): void {
    for (const data of this.#sent.splice(0)) {
      this.bufferedAmount -= data.length;
      this.peer?.emit('message', { data: typeof data === 'string' ? data : data.slice().buffer });
    }
    if (this.readyState === 2) this.drop();
  }

  /** The connection ends, for both. */
  drop(): void {
    for (const end of [this, this.peer]) {
      if (end === null || end.readyState === 3) continue;
      end.readyState = 3;
      end.emit('close');
    }
  }
}

/** Two ends that are not open yet. */
export function fakeWebSockets(): [FakeWebSocket, FakeWebSocket] {
  const pair: [FakeWebSocket, FakeWebSocket] = [new FakeWebSocket(), new FakeWebSocket()];
  pair[0].peer = pair[1];
  pair[1].peer = pair[0];
  return pair;
}

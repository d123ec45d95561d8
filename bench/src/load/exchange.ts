/** A connection of the generator on Node, and a request and its response on it. */

import net from 'node:net';
import { fixCongestionControl } from '../process/congestion-control.js';

/** What the generator is told. */
export interface LoadSettings {
  readonly host: string;
  readonly port: number;
  readonly control: string;
  readonly connections: number;
  readonly request: Buffer;
  readonly bodyBytes: number;
}

/** Connects, with the congestion control. */
export const openSocket = ({ host, port, control }: LoadSettings): Promise<net.Socket> =>
  new Promise((resolve, reject) => {
    const socket = net.connect({ host, port, noDelay: true }, () => {
      fixCongestionControl(socket, control);
      resolve(socket);
    });
    socket.once('error', reject);
  });

const PIECE = Buffer.alloc(256 << 10, 7);

/** The length of a response, of its head; Infinity before the head is whole. */
function lengthOf(head: string): number {
  const end = head.indexOf('\r\n\r\n');
  if (end < 0) return Number.POSITIVE_INFINITY;
  const length = /\ncontent-length: *(\d+)/i.exec(head.slice(0, end + 2))?.[1];
  if (!head.startsWith('HTTP/1.1 200') || length === undefined) {
    throw new Error(`unexpected: ${head.slice(0, 40)}`);
  }
  return end + 4 + Number(length);
}

/** Requests and responses on one connection, one at a time. */
export class Exchange {
  readonly socket: net.Socket;
  readonly #settings: LoadSettings;
  #head = '';
  #got = 0;
  #length = Number.POSITIVE_INFINITY;
  #done: (() => void) | null = null;

  constructor(socket: net.Socket, settings: LoadSettings) {
    this.socket = socket;
    this.#settings = settings;
    socket.on('data', (data) => this.#take(data));
    socket.once('close', () => {
      if (this.#done !== null) throw new Error('a connection was closed within a response');
    });
  }

  /** Asks; `done` is called when the response is whole. */
  ask(done: () => void): void {
    this.#done = done;
    this.#head = '';
    this.#got = 0;
    this.#length = Number.POSITIVE_INFINITY;
    this.socket.write(this.#settings.request);
    if (this.#settings.bodyBytes > 0) this.#sendBody(this.#settings.bodyBytes);
  }

  /** Octets of the response that was taken last. */
  get responseBytes(): number {
    return this.#got;
  }

  #sendBody(bytes: number): void {
    let left = bytes;
    const pump = (): void => {
      while (left > 0) {
        const piece = left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
        left -= piece.length;
        if (!this.socket.write(piece)) return;
      }
      this.socket.off('drain', pump);
    };
    this.socket.on('drain', pump);
    pump();
  }

  #take(data: Buffer): void {
    this.#got += data.length;
    if (this.#length === Number.POSITIVE_INFINITY) {
      this.#head += data.toString('latin1');
      this.#length = lengthOf(this.#head);
    }
    if (this.#got < this.#length) return;
    const done = this.#done!;
    this.#done = null;
    done();
  }
}

/** Connects and wraps. */
export const openExchange = async (settings: LoadSettings): Promise<Exchange> =>
  new Exchange(await openSocket(settings), settings);

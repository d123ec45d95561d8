/**
 * One end of a connection with a peer that is a test: it sends frames as bytes, and looks at those that
 * come back. What is received is kept as one line an event.
 */

import {
  type Compression,
  type Limits,
  type MessageType,
  type Role,
  WebSocketConnection,
  type WebSocketConnectionHandler,
  type WebSocketError,
} from '@netlayers/websocket';
import { type FrameSpec, frame, join, type ReadFrame, readFrames } from './frames.js';
import { ListSink } from './list-sink.js';

/** How an end is set up. */
export interface EndOptions {
  readonly limits?: Partial<Limits>;
  readonly compression?: Compression | null;
  /** Sends every message back, as Autobahn's peers do. */
  readonly echoes?: boolean;
}

const TRAP = 8;

/** The end that is tested. */
export class End implements WebSocketConnectionHandler {
  readonly role: Role;
  readonly sink = new ListSink();
  readonly connection: WebSocketConnection;
  readonly events: string[] = [];
  readonly messages: (string | Uint8Array)[] = [];
  error: WebSocketError | null = null;
  readonly #echoes: boolean;
  #type: MessageType = 'text';
  #pieces: Uint8Array[] = [];

  constructor(role: Role, options: EndOptions = {}) {
    const { limits = {}, compression = null, echoes = false } = options;
    let seed = 0x12345678;
    const random = (): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed;
    };
    this.role = role;
    this.#echoes = echoes;
    this.connection = new WebSocketConnection(this.sink, this, {
      role,
      limits,
      compression,
      random,
    });
  }

  /** The peer sends these, masked as its role asks for; in pieces of so many bytes. */
  receive(
    specs: readonly (FrameSpec | Uint8Array)[],
    pieceLength = Number.POSITIVE_INFINITY,
  ): this {
    const masked = this.role === 'server';
    const bytes = join(
      ...specs.map((spec) => (spec instanceof Uint8Array ? spec : frame({ masked, ...spec }))),
    );
    return this.receiveBytes(bytes, pieceLength);
  }

  /** The peer sends bytes, in pieces that lie in larger memory, which is destroyed afterwards. */
  receiveBytes(bytes: Uint8Array, pieceLength = Number.POSITIVE_INFINITY): this {
    for (let at = 0; at < bytes.length; at += pieceLength) {
      const piece = bytes.subarray(at, Math.min(bytes.length, at + pieceLength));
      const memory = new Uint8Array(TRAP + piece.length + TRAP).fill(0x81);
      memory.set(piece, TRAP);
      this.connection.handleData(memory, TRAP, TRAP + piece.length);
      memory.fill(0xdb);
    }
    return this;
  }

  /** The frames that were sent since the last time, which are masked as the role asks for. */
  sent(): ReadFrame[] {
    const frames = readFrames(this.sink.take());
    const wrong = frames.filter(({ masked }) => masked !== (this.role === 'client'));
    if (wrong.length > 0) throw new Error(`a ${this.role} has sent a frame masked wrongly`);
    return frames;
  }

  handleMessageStart(type: MessageType): void {
    this.#type = type;
    this.#pieces = [];
  }

  handleMessageData(buf: Uint8Array, start: number, end: number): void {
    if (end === start) throw new Error('a piece of nothing');
    this.#pieces.push(buf.slice(start, end));
  }

  handleMessageEnd(): void {
    const bytes = join(...this.#pieces);
    const type = this.#type;
    this.messages.push(
      type === 'text' ? new TextDecoder('utf-8', { fatal: true }).decode(bytes) : bytes,
    );
    this.events.push(`${type} ${bytes.length}`);
    if (this.#echoes && this.connection.state === 'OPEN') this.connection.sendMessage(type, bytes);
  }

  handlePing(payload: Uint8Array): void {
    this.events.push(`ping ${payload.length}`);
  }

  handlePong(payload: Uint8Array): void {
    this.events.push(`pong ${payload.length}`);
  }

  handleCloseFrame(code: number, reason: string): void {
    this.events.push(`close ${code} ${reason}`.trim());
  }

  handleError(error: WebSocketError): void {
    this.error = error;
    this.events.push(`error ${error.code}`);
  }
}

/**
 * One end of a WebSocket connection (RFC 6455, 5 to 7), without a socket and without time: bytes in,
 * events out; commands in, bytes out. It begins where the opening handshake has ended.
 *
 * Each half is over with its Close frame: behind ours nothing is sent, behind the peer's nothing is
 * read. The server then ends the stream, and the client waits for it to do so (7.1.1).
 */

import { isOctets } from '@netlayers/bytes';
import type { ByteSink } from '@netlayers/http';
import { CloseCode } from '../base/close-codes.js';
import { type PeerFault, peerError, WebSocketError } from '../base/errors.js';
import { type Limits, limitsOf } from '../base/limits.js';
import type { MessageType, Role } from '../base/role.js';
import { FrameParser } from '../frame/frame-parser.js';
import { CONTROL_BYTES, Opcode } from '../frame/opcode.js';
import { closePayload, readClosePayload } from './close-payload.js';
import type {
  ConnectionState,
  WebSocketConnectionHandler,
  WebSocketConnectionOptions,
} from './events.js';
import { HeldInput } from './held-input.js';
import { MessageReceiver, wireLimit } from './message-receiver.js';
import { MessageSender } from './message-sender.js';
import { Pongs } from './pongs.js';

const NOTHING = new Uint8Array(0);

/** Settings of an end with every default filled in, and the limit of a frame that follows from them. */
function parserOf(role: Role, limits: Limits, rsv1: boolean): FrameParser {
  const { frameBytes, messageBytes } = limits;
  const most = rsv1 ? wireLimit(messageBytes) : messageBytes;
  // A control frame is no message: it may be as long as it may be.
  const longest = Math.max(CONTROL_BYTES, Math.min(frameBytes, most));
  return new FrameParser({ masked: role === 'server', rsv1, frameBytes: longest });
}

/** One end of a connection. */
export class WebSocketConnection {
  readonly #role: Role;
  readonly #sink: ByteSink;
  readonly #handler: WebSocketConnectionHandler;
  readonly #parser: FrameParser;
  readonly #receiver: MessageReceiver;
  readonly #sender: MessageSender;
  readonly #pongs: Pongs;
  readonly #held = new HeldInput();
  #isPaused = false;
  #isReading = false;
  #isSending = false;
  #closeSent = false;
  #closeReceived = false;
  /** The peer has ended its half of the stream, or broken the protocol: nothing is read any more. */
  #isInputOver = false;
  #inputEnded = false;
  #sinkEnded = false;

  /** @throws RangeError for a limit that is none. */
  constructor(
    sink: ByteSink,
    handler: WebSocketConnectionHandler,
    options: WebSocketConnectionOptions,
  ) {
    const { role, random, compression = null } = options;
    const limits = limitsOf(options.limits);
    this.#role = role;
    this.#sink = sink;
    this.#handler = handler;
    this.#parser = parserOf(role, limits, compression !== null);
    this.#sender = new MessageSender(sink, role === 'client' ? random : null, compression);
    this.#pongs = new Pongs(limits.pongs, (payload) => this.#sendControl(Opcode.Pong, payload));
    this.#receiver = new MessageReceiver(
      this.#parser,
      {
        handleMessageStart: (type) => handler.handleMessageStart(type),
        handleMessageData: (buf, start, end) => handler.handleMessageData(buf, start, end),
        handleMessageEnd: () => handler.handleMessageEnd(),
        handleControl: (opcode, payload) => this.#takeControl(opcode, payload),
      },
      limits,
      compression?.inflater ?? null,
    );
  }

  get state(): ConnectionState {
    if (this.#isInputOver || (this.#closeSent && this.#closeReceived)) return 'CLOSED';
    return this.#closeSent || this.#closeReceived ? 'CLOSING' : 'OPEN';
  }

  /** Whether a message has begun with `beginMessage` that is not ended. */
  get isInsideMessage(): boolean {
    return this.#sender.isInside;
  }

  // Input.

  /** Takes bytes of the peer, `buf[start..end)`; what is kept of them is copied. */
  handleData(buf: Uint8Array, start: number, end: number): void {
    if (!this.#wantsInput()) return;
    if (this.#isReading || this.#isSending || this.#isPaused || !this.#held.isEmpty) {
      this.#held.append(buf, start, end);
    } else {
      const at = this.#read(buf, start, end);
      if (this.#wantsInput()) this.#held.prepend(buf, at, end);
    }
    this.#readOn();
  }

  /** Takes the end of the peer's half of the stream. */
  handleEnd(): void {
    this.#inputEnded = true;
    this.#readOn();
  }

  /** The sink, which was full, has drained. */
  handleDrain(): void {
    this.#pongs.handleDrain();
  }

  /** The stream is over: nothing is read or sent any more, and nothing told. */
  handleClose(): void {
    this.#isInputOver = true;
    this.#held.clear();
    this.#pongs.stop();
  }

  /** Stops events, also those of bytes that are there; the sink is paused with it. */
  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#sink.pause();
  }

  /** Goes on with events, which may come from inside of this call. */
  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#readOn();
    if (!this.#isPaused) this.#sink.resume();
  }

  // Commands.

  /**
   * Sends a message: text, or octets `buf[start..end)`, which are taken before it returns.
   *
   * @param type of octets: `text` for what is UTF-8 already, which is not checked.
   * @returns false when the sink is full: wait for its drain.
   * @throws WebSocketError `not-open` behind a Close frame, `wrong-state` inside of another message.
   */
  sendMessage(type: MessageType, buf: Uint8Array, start = 0, end: number = buf.length): boolean {
    this.#mustBeOpen();
    return this.#write(() => this.#sender.sendMessage(type, buf, start, end));
  }

  /** Begins a message whose pieces follow. Throws as `sendMessage` does. */
  beginMessage(type: MessageType): void {
    this.#mustBeOpen();
    this.#sender.begin(type);
  }

  /** Sends a piece of the message that has begun, as a frame of its own. Throws as `sendMessage` does. */
  sendPiece(buf: Uint8Array, start = 0, end: number = buf.length): boolean {
    this.#mustBeOpen();
    return this.#write(() => this.#sender.sendPiece(buf, start, end, false));
  }

  /** Ends the message that has begun. Throws as `sendMessage` does. */
  endMessage(): boolean {
    this.#mustBeOpen();
    return this.#write(() => this.#sender.sendPiece(NOTHING, 0, 0, true));
  }

  /**
   * Sends a ping.
   *
   * @throws WebSocketError `not-open`; `invalid-argument` for more than 125 octets (5.5).
   */
  ping(payload: Uint8Array = NOTHING): boolean {
    return this.#sendUnasked(Opcode.Ping, payload);
  }

  /** Sends a pong that nobody has asked for (5.5.3). Throws as `ping` does. */
  pong(payload: Uint8Array = NOTHING): boolean {
    return this.#sendUnasked(Opcode.Pong, payload);
  }

  /**
   * Sends a Close frame, behind which nothing is sent (5.5.1); a message that is not ended stays so.
   * The peer's answer comes as `handleCloseFrame`. Does nothing where one was sent already.
   *
   * @param code 1000 to 1003, 1007 to 1014, 3000 to 4999; without one the frame is empty.
   * @throws WebSocketError `invalid-argument` for another code, or a reason of more than 123 octets.
   */
  close(code?: CloseCode, reason = ''): void {
    const payload = closePayload(code, reason);
    if (!this.#closeSent) this.#sendClose(payload);
  }

  #mustBeOpen(): void {
    if (this.#closeSent || this.#isInputOver) {
      throw new WebSocketError('not-open', 'the WebSocket is closed');
    }
  }

  #sendUnasked(opcode: number, payload: Uint8Array): boolean {
    this.#mustBeOpen();
    if (!isOctets(payload) || payload.length > CONTROL_BYTES) {
      throw new WebSocketError('invalid-argument', `at most ${CONTROL_BYTES} octets`);
    }
    return this.#sendControl(opcode, payload);
  }

  #sendControl(opcode: number, payload: Uint8Array): boolean {
    return this.#write(() => this.#sender.sendControl(opcode, payload));
  }

  /** Writes frames. What the sink answers from inside of a write waits, so no frame is cut. */
  #write(send: () => boolean): boolean {
    const wasSending = this.#isSending;
    this.#isSending = true;
    let hasRoom: boolean;
    try {
      hasRoom = send();
    } finally {
      this.#isSending = wasSending;
    }
    this.#pongs.setRoom(hasRoom);
    this.#readOn();
    return hasRoom;
  }

  #sendClose(payload: Uint8Array): void {
    this.#closeSent = true;
    this.#pongs.stop();
    this.#sendControl(Opcode.Close, payload);
  }

  // Reading.

  #wantsInput(): boolean {
    return !this.#isInputOver && !this.#closeReceived;
  }

  /** Reads what was kept, then the end of the input. Does nothing from inside of an event. */
  #readOn(): void {
    if (this.#isReading || this.#isSending) return;
    const held = this.#held;
    while (!this.#isPaused && this.#wantsInput()) {
      // Where it has paused may be the last octet of a frame, whose end needs no more of them.
      const piece = held.shift() ?? (this.#parser.isDue ? NOTHING : null);
      if (piece === null) break;
      const at = this.#read(piece, 0, piece.length);
      if (this.#wantsInput()) held.putBack(piece.subarray(at));
    }
    if (!this.#wantsInput()) held.clear();
    if (this.#inputEnded && held.isEmpty && !this.#isPaused) this.#takeEnd();
  }

  /** Reads frames until there are no more or nobody wants them; returns the offset it came to. */
  #read(buf: Uint8Array, start: number, end: number): number {
    const parser = this.#parser;
    let at = start;
    this.#isReading = true;
    try {
      while (!this.#isPaused && this.#wantsInput()) {
        at = parser.read(buf, at, end);
        if (parser.event === 'partial') break;
        const fault = this.#takeEvent(buf);
        if (fault !== null) this.#fail(peerError(fault));
      }
    } catch (error) {
      // Thrown by a handler: what it has missed would be missing from the rest.
      this.#giveUp(CloseCode.InternalError);
      throw error;
    } finally {
      this.#isReading = false;
    }
    if (!this.#closeSent) this.#pongs.endDelivery();
    return at;
  }

  #takeEvent(buf: Uint8Array): PeerFault | null {
    switch (this.#parser.event) {
      case 'header':
        return this.#receiver.handleHeader();
      case 'payload':
        return this.#receiver.handlePayload(buf);
      case 'end':
        return this.#receiver.handleFrameEnd();
      default:
        return this.#parser.fault;
    }
  }

  #takeControl(opcode: number, payload: Uint8Array): PeerFault | null {
    if (opcode === Opcode.Close) return this.#takeClose(payload);
    if (opcode === Opcode.Ping) {
      // Behind our Close frame nothing is sent; the peer will not look at it (5.5.1).
      if (!this.#closeSent) this.#pongs.handlePing(payload);
      this.#handler.handlePing?.(payload);
    } else this.#handler.handlePong?.(payload);
    return null;
  }

  /** 5.5.1: a Close frame is answered by one with the same code. */
  #takeClose(payload: Uint8Array): PeerFault | null {
    const closing = readClosePayload(payload);
    if (typeof closing === 'string') return closing;
    this.#closeReceived = true;
    if (!this.#closeSent) this.#sendClose(payload.subarray(0, 2));
    if (this.#role === 'server') this.#endSink();
    this.#handler.handleCloseFrame(closing.code, closing.reason);
    return null;
  }

  /** The peer has ended its half. 7.1.1: the client ends its own now, if it has not yet. */
  #takeEnd(): void {
    if (this.#isInputOver) return;
    const isClean = this.#closeReceived;
    this.#isInputOver = true;
    this.#endSink();
    if (isClean) return;
    const error = new WebSocketError('no-close', 'the connection ended without a Close frame');
    this.#handler.handleError(error);
  }

  /** 7.1.7: says why, and reads no more. */
  #fail(error: WebSocketError): void {
    this.#giveUp(error.closeCode);
    this.#handler.handleError(error);
  }

  #giveUp(code: CloseCode): void {
    this.#isInputOver = true;
    this.#held.clear();
    if (!this.#closeSent) this.#sendClose(closePayload(code, ''));
    this.#endSink();
  }

  #endSink(): void {
    if (this.#sinkEnded) return;
    this.#sinkEnded = true;
    this.#sink.end();
  }
}

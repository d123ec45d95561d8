/**
 * Watches a stack's TCP and tells it as a story: each segment with numbers that count from the
 * connection's beginning, and below it what it means and why it was sent.
 */

import { decodeAscii } from '@netlayers/bytes';
import {
  Because,
  formatBecause,
  formatFlags,
  formatVerdict,
  seqDiff,
  type TcpConnection,
  TcpFlag,
  type TcpHeader,
  type TcpObserver,
  type TcpState,
  Verdict,
} from '@netlayers/tcp';
import pc from 'picocolors';

const INDENT = ' '.repeat(14);

function optionsOf(seg: TcpHeader): string {
  const options = [`MSS ${seg.mss}`];
  if (seg.windowShift >= 0) options.push(`windows times ${2 ** seg.windowShift}`);
  if (seg.sackPermitted) options.push('selective ACKs');
  if (seg.hasTimestamp) options.push('timestamps');
  return options.join(', ');
}

/** The first line of a segment's text, when it is one. */
function quote(seg: TcpHeader, buf: Uint8Array): string {
  const text = decodeAscii(buf, seg.dataStart, Math.min(seg.dataEnd, seg.dataStart + 200));
  return `"${text.slice(0, text.indexOf('\r\n'))}"`;
}

/** What a segment of the peer means. */
function meaningOf(peer: string, seg: TcpHeader, buf: Uint8Array, isFirstAck: boolean): string {
  const hasText = seg.dataEnd > seg.dataStart;
  if ((seg.flags & TcpFlag.RST) !== 0) return `${peer} breaks the connection off`;
  if ((seg.flags & TcpFlag.SYN) !== 0) {
    const isAnswer = (seg.flags & TcpFlag.ACK) !== 0;
    const what = isAnswer ? 'accepts, and asks us in turn' : 'asks for a connection';
    return `${peer} ${what} (${optionsOf(seg)})`;
  }
  const fin = (seg.flags & TcpFlag.FIN) !== 0 ? `${peer} has no more to say` : '';
  if (hasText) return `${peer} says ${quote(seg, buf)} and more${fin && `; ${fin}`}`;
  if (fin !== '') return fin;
  return isFirstAck ? `${peer} has our SYN: both know each other's numbers` : `${peer} has it all`;
}

/** Why we have sent a segment. */
function reasonFor(seg: TcpHeader, buf: Uint8Array, because: Because, isFirstFin: boolean): string {
  const hasFin = (seg.flags & TcpFlag.FIN) !== 0;
  switch (because) {
    case Because.CONNECT:
      return `we ask for a connection (${optionsOf(seg)})`;
    case Because.ACCEPT:
      return `we accept, and ask in turn (${optionsOf(seg)})`;
    case Because.NEW_DATA:
      return `we say ${quote(seg, buf)} and more; the ACK ${hasFin ? 'and our FIN ride' : 'rides'} along`;
    case Because.ACK_DUE:
      return 'an ACK is due, and there is nothing to say that it could ride on';
    case Because.DELAYED_ACK_TIMER:
      return 'nothing to say came up in 40 ms, so the ACK goes alone';
    case Because.CLOSE:
      return isFirstFin ? 'we have no more to say' : 'we have no more to say either';
    default:
      return `because: ${formatBecause(because)}`;
  }
}

/** Collects the story of one stack. */
export class SegmentStory implements TcpObserver {
  /** What to call the other end. */
  peer: string;
  #lines: ((peer: string) => string)[] = [];
  /** What happened while a segment was dealt with, to be told behind it. */
  #notes: string[] = [];
  #startedAt = -1;

  constructor(peer: string) {
    this.peer = peer;
  }

  /** Adds a line behind the segment that is being dealt with. */
  note(text: string): void {
    this.#notes.push(`${INDENT}${pc.yellow(`= ${text}`)}`);
  }

  /** Returns the story so far, and starts a new one. */
  take(): string {
    const text = this.#lines.map((line) => line(this.peer)).join('\n');
    this.#lines = [];
    this.#startedAt = -1;
    return text;
  }

  segmentReceived(
    connection: TcpConnection | null,
    seg: TcpHeader,
    buf: Uint8Array,
    verdict: Verdict,
  ): void {
    if (connection === null) return;
    const { snd, rcv } = connection;
    const ack = (seg.flags & TcpFlag.ACK) !== 0 ? seqDiff(seg.ack, snd.iss) : -1;
    const isFirst = ack === 1 && seg.len === 0;
    const line = this.#line(pc.magenta('<-'), seg, seqDiff(seg.seq, rcv.irs), ack, snd.windowShift);
    const refused = verdict === Verdict.ACCEPTED ? '' : ` (${formatVerdict(verdict)})`;
    const meaning = (peer: string): string => meaningOf(peer, seg, buf, isFirst) + refused;
    // The header and the packet are gone when the story is told: the peer's name is filled in later.
    const text = meaning('\0');
    this.#lines.push((peer) => `${line}\n${INDENT}${pc.dim(text.replaceAll('\0', peer))}`);
    this.#tellNotes();
  }

  segmentSent(
    connection: TcpConnection | null,
    seg: TcpHeader,
    buf: Uint8Array,
    because: Because,
  ): void {
    if (connection === null) return;
    const { snd, rcv } = connection;
    const ack = (seg.flags & TcpFlag.ACK) !== 0 ? seqDiff(seg.ack, rcv.irs) : -1;
    const line = this.#line(pc.blue('->'), seg, seqDiff(seg.seq, snd.iss), ack, rcv.windowShift);
    const reason = reasonFor(seg, buf, because, !rcv.finReceived);
    const text = `${line}\n${INDENT}${pc.dim(reason)}`;
    this.#lines.push(() => text);
    this.#tellNotes();
  }

  stateChanged(_connection: TcpConnection, from: TcpState, to: TcpState): void {
    this.note(`${from} => ${to}`);
  }

  #tellNotes(): void {
    for (const note of this.#notes) this.#lines.push(() => note);
    this.#notes = [];
  }

  #line(arrow: string, seg: TcpHeader, seq: number, ack: number, shift: number): string {
    const now = performance.now();
    if (this.#startedAt < 0) this.#startedAt = now;
    const isSyn = (seg.flags & TcpFlag.SYN) !== 0;
    const text = seg.dataEnd - seg.dataStart;
    const fields = [`seq ${seq}`.padEnd(9), (ack < 0 ? '' : `ack ${ack}`).padEnd(9)];
    fields.push(`win ${seg.wnd * 2 ** (isSyn ? 0 : shift)}`.padEnd(12));
    if (text > 0) fields.push(`${text} bytes`);
    const time = `${(now - this.#startedAt).toFixed(1)} ms`.padStart(9);
    return `${pc.dim(time)}  ${arrow} ${pc.bold(formatFlags(seg.flags).padEnd(8))} ${fields.join(' ')}`.trimEnd();
  }
}

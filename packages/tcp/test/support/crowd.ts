/**
 * Very many peers of one stack's TCP, each as cheap as a scripted peer can be: segments are written
 * into one buffer and answers are read as they leave. Time is virtual.
 */

import { pseudoHeaderSum, readU32, writeU16, writeU32 } from '@netlayers/bytes';
import { ChecksumState, type IpHeader, type IpLayer, IpProtocol } from '@netlayers/ip';
import { Tcp, TcpFlag, type TcpOptions } from '@netlayers/tcp';
import { seededRandom } from '@netlayers/testkit';

const OURS = 0x0a000002;
/** 198.18.0.0/15, for benchmarks of networks (RFC 2544). */
const CROWD = 0xc6120000;
const PORT = 80;
const { SYN, ACK, FIN } = TcpFlag;

/** What the stack has sent to a peer, with absolute numbers. */
export interface CrowdAnswer {
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly bytes: Uint8Array;
}

/** A stack on port 80 of which everybody is a peer. */
export class Crowd implements IpLayer {
  readonly tcp: Tcp;
  readonly transmitBuffer = new Uint8Array(70_000);
  readonly checksumOffload = true;
  readonly segmentationOffload = 0;
  now = 1000;
  /** Segments that have left, also those that nobody looked at. */
  sent = 0;
  /** What has left since the last look. */
  answers: CrowdAnswer[] = [];
  readonly #header = { source: 0, destination: OURS, tos: 0, ttl: 64 } satisfies IpHeader;
  readonly #buf = new Uint8Array(256);

  constructor(options: Partial<TcpOptions> = {}) {
    this.tcp = new Tcp({ ip: this, randomU32: seededRandom(11).u32, ...options });
  }

  sourceFor(): number {
    return OURS;
  }

  mtuTo(): number {
    return 1500;
  }

  smallestMtu(): number {
    return 68;
  }

  safeMtu(): number {
    return 576;
  }

  headerLength(): number {
    return 20;
  }

  pseudoHeaderSum(): number {
    return pseudoHeaderSum(OURS, CROWD, IpProtocol.TCP, 0);
  }

  reserve(): number {
    return 64;
  }

  lend(): boolean {
    return false;
  }

  commit(start: number, end: number): void {
    this.sent++;
    const bytes = this.transmitBuffer.slice(start, end);
    this.answers.push({
      seq: readU32(bytes, 4),
      ack: readU32(bytes, 8),
      flags: bytes[13]!,
      bytes,
    });
  }

  /** Sends one segment of the n-th peer, with raw options, and text of `textLength` zeros. */
  sends(
    n: number,
    flags: number,
    seqNumber: number,
    ackNumber = 0,
    options: readonly number[] = [],
    textLength = 0,
  ): void {
    const buf = this.#buf;
    const length = 20 + options.length;
    const end = length + textLength;
    writeU16(buf, 0, 1024 + (n % 60_000));
    writeU16(buf, 2, PORT);
    writeU32(buf, 4, seqNumber >>> 0);
    writeU32(buf, 8, ackNumber >>> 0);
    buf[12] = (length >>> 2) << 4;
    buf[13] = flags;
    writeU16(buf, 14, 65_000);
    writeU32(buf, 16, 0);
    buf.set(options, 20);
    buf.fill(0, length, end);
    this.#header.source = CROWD + Math.floor(n / 60_000);
    this.tcp.handleSegment(this.#header, buf, 0, end, ChecksumState.VERIFIED, 0, this.now);
  }

  /** The rest of a turn; returns what has left in it and before. */
  turn(): CrowdAnswer[] {
    const { tcp } = this;
    tcp.handleTimeout(this.now);
    for (let round = 0; round < 10; round++) {
      tcp.deliverEvents();
      if (tcp.pollTransmit(this.now) && !tcp.hasEvents && !tcp.hasOutput) break;
    }
    const { answers } = this;
    this.answers = [];
    return answers;
  }

  /** The n-th peer connects and the server closes first; returns false when it is not served. */
  visit(n: number, irs = n * 7919): boolean {
    this.sends(n, SYN, irs, 0, [2, 4, 5, 180]);
    const [synAck] = this.turn();
    if (synAck?.flags !== (SYN | ACK)) return false;
    this.sends(n, ACK, irs + 1, synAck.seq + 1);
    const [fin] = this.turn();
    if (fin === undefined || (fin.flags & FIN) === 0) return false;
    this.sends(n, FIN | ACK, irs + 1, fin.seq + 1);
    const [last] = this.turn();
    return last !== undefined && last.flags === ACK && last.ack === (irs + 2) >>> 0;
  }
}

/** Listens on port 80 and closes each connection as it comes. */
export function closeAtOnce(crowd: Crowd): { closes: number } {
  const told = { closes: 0 };
  const listener = crowd.tcp.listen(
    { port: PORT },
    {
      handleAcceptable: () => {
        for (let next = listener.accept(); next !== null; next = listener.accept()) {
          next.setHandler({
            handleData() {},
            handleEnd() {},
            handleDrain() {},
            handleClose: () => void told.closes++,
          });
          next.end();
        }
      },
    },
  );
  return told;
}

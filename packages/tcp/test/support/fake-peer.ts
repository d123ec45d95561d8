/**
 * A scripted peer: brings a connection into a state, sends it segments, and says exactly which
 * segments it expects back. All numbers are relative, `seq` of ours to ISS, `seq` of the peer to
 * IRS, so the SYN is 0 and the first byte 1. Time is virtual.
 *
 * A turn runs in the order of the stack: segments, timers, events, then events again and output.
 */

import { ChecksumState, type IpError } from '@netlayers/ip';
import {
  type Because,
  newReno,
  Tcp,
  type TcpConnection,
  type TcpHandler,
  type TcpListener,
  type TcpObserver,
  type TcpOptions,
  type TcpSettings,
  type Verdict,
} from '@netlayers/tcp';
import { seededRandom } from '@netlayers/testkit';
import { expect } from 'vitest';
import { seq } from '../../src/wire/seq.js';
import { FakeIp, headerOf, type SentSegment } from './fake-ip.js';
import { checkInvariants, watchEdge } from './invariants.js';
import {
  encodeOptions,
  encodeSegment,
  flagBits,
  flagLetters,
  quoteOf,
  type ScriptOptions,
  textOf,
} from './segments.js';

export const OUR_ADDRESS = 0x0a000002;
export const PEER_ADDRESS = 0x0a000001;
const OUR_PORT = 80;
const PEER_PORT = 4000;

/** A segment of the peer. */
export interface PeerSegment {
  readonly seq?: number;
  readonly ack?: number;
  readonly flags?: string;
  readonly wnd?: number;
  readonly up?: number;
  /** Text, or a number of pattern bytes. */
  readonly data?: string | number | Uint8Array;
  readonly options?: ScriptOptions;
  /** Another source port than the connection's. */
  readonly from?: number;
  readonly to?: number;
  readonly checksum?: ChecksumState;
  /** TOS octet of its IP header. */
  readonly tos?: number;
  /** Spoils the checksum. */
  readonly corrupt?: boolean;
}

/** What is expected of a segment of ours; only what is named is compared. */
export interface ExpectedSegment {
  readonly seq?: number;
  readonly ack?: number;
  /** Compared without PSH unless PSH is named. */
  readonly flags?: string;
  readonly len?: number;
  readonly wnd?: number;
  readonly data?: string;
  readonly mss?: number;
  readonly ws?: number;
  readonly sackOk?: boolean;
  readonly ts?: boolean;
  readonly tsecr?: number;
  /** Relative to IRS. */
  readonly sack?: readonly number[];
  readonly because?: Because;
  readonly segmentSize?: number;
  readonly tos?: number;
  /** Virtual ms since the script began. */
  readonly at?: number;
}

/** How a script begins. */
export interface ScriptSetup {
  readonly settings?: Partial<TcpSettings>;
  /** Ours; default 1000. */
  readonly iss?: number;
  /** The peer's; default 5000. */
  readonly irs?: number;
  readonly mtu?: number;
  /** The peer's window; default 60,000. */
  readonly wnd?: number;
  /** The peer's options in its SYN; default `mss` 1000. */
  readonly options?: ScriptOptions;
  readonly active?: boolean;
  readonly checksumOffload?: boolean;
  readonly segmentationOffload?: number;
  readonly backlog?: number;
  readonly halfOpenLimit?: number;
  readonly tcp?: Partial<TcpOptions>;
  /** Without a handler on the connection. */
  readonly noHandler?: boolean;
}

/** Settings without options and delays in the way: what most scripts want. */
const PLAIN: Partial<TcpSettings> = {
  timestamps: false,
  sack: false,
  windowScaling: false,
  receiveBuffer: 20_000,
  noDelay: true,
  congestionControl: newReno,
};

/** One stack's TCP with a scripted peer. */
export class Script {
  readonly ip: FakeIp;
  readonly tcp: Tcp;
  readonly iss: number;
  readonly irs: number;
  readonly setup: ScriptSetup;
  readonly start = 1000;
  now = 1000;
  peerWnd: number;
  conn!: TcpConnection;
  listener: TcpListener | null = null;
  ourPort = OUR_PORT;
  peerPort = PEER_PORT;
  /** What the handler was told: `data:5`, `end`, `drain`, `close`, `close:ECONNRESET`, `open`. */
  events: string[] = [];
  received: number[] = [];
  /** Runs inside of the callback of that name. */
  inside: Partial<Record<'data' | 'end' | 'drain' | 'close' | 'open' | 'accept', () => void>> = {};
  readonly becauses: Because[] = [];
  readonly verdicts: Verdict[] = [];
  readonly states: string[] = [];
  readonly #reasons = new Map<SentSegment, Because>();
  #pendingBecause: Because[] = [];

  constructor(setup: ScriptSetup) {
    this.setup = setup;
    this.iss = setup.iss ?? 1000;
    this.irs = setup.irs ?? 5000;
    this.peerWnd = setup.wnd ?? 60_000;
    this.ip = new FakeIp(setup.mtu ?? 1040);
    this.ip.checksumOffload = setup.checksumOffload ?? false;
    this.ip.segmentationOffload = setup.segmentationOffload ?? 0;
    const random = seededRandom(7);
    this.tcp = new Tcp({
      ip: this.ip,
      randomU32: random.u32,
      settings: { ...PLAIN, ...setup.settings },
      observer: this.#observer(),
      ...setup.tcp,
    });
    this.tcp.isn.next = () => seq(this.iss);
  }

  #observer(): TcpObserver {
    return {
      segmentSent: (_connection, _header, _buf, because) => {
        if (!this.ip.isSilent) this.#pendingBecause.push(because);
      },
      segmentReceived: (_connection, _header, _buf, verdict) => {
        this.verdicts.push(verdict);
      },
      stateChanged: (connection, _from, to) => {
        if (connection === this.conn) this.states.push(to);
      },
    };
  }

  /** Records what it is told, and throws when it is told anything after `handleClose`. */
  handler(): TcpHandler {
    let isClosed = false;
    const told = (event: string): void => {
      if (isClosed) throw new Error(`${event} after handleClose`);
      this.events.push(event);
    };
    return {
      handleData: (buf, start, end) => {
        told(`data:${end - start}`);
        for (let i = start; i < end; i++) this.received.push(buf[i]!);
        this.inside.data?.();
      },
      handleEnd: () => {
        told('end');
        this.inside.end?.();
      },
      handleDrain: () => {
        told('drain');
        this.inside.drain?.();
      },
      handleClose: (error) => {
        told(error === null ? 'close' : `close:${error.code}`);
        isClosed = true;
        this.inside.close?.();
      },
    };
  }

  listen(): TcpListener {
    const { backlog, halfOpenLimit } = this.setup;
    this.listener = this.tcp.listen(
      {
        port: OUR_PORT,
        ...(backlog === undefined ? {} : { backlog }),
        ...(halfOpenLimit === undefined ? {} : { halfOpenLimit }),
      },
      {
        handleAcceptable: () => {
          if (backlog !== undefined) return;
          const connection = this.listener?.accept();
          if (!connection) throw new Error('nothing to accept');
          this.conn = connection;
          if (!this.setup.noHandler) connection.setHandler(this.handler());
          this.events.push('accept');
          this.inside.accept?.();
        },
      },
    );
    return this.listener;
  }

  connect(): TcpConnection {
    this.conn = this.tcp.connect(
      { remoteAddress: PEER_ADDRESS, remotePort: PEER_PORT },
      (error) => {
        this.events.push(error === null ? 'open' : `open:${error.code}`);
        this.inside.open?.();
      },
      this.now,
    );
    this.ourPort = this.conn.localPort;
    if (!this.setup.noHandler) this.conn.setHandler(this.handler());
    return this.conn;
  }

  /** Encodes a segment of the peer. */
  encode(segment: PeerSegment): Uint8Array {
    const flags = segment.flags ?? 'A';
    const bytes = encodeSegment({
      source: PEER_ADDRESS,
      destination: OUR_ADDRESS,
      sourcePort: segment.from ?? this.peerPort,
      destinationPort: segment.to ?? this.ourPort,
      seq: this.irs + (segment.seq ?? 1),
      ack: flags.includes('A') ? this.iss + (segment.ack ?? 1) : 0,
      flags: flagBits(flags),
      wnd: segment.wnd ?? this.peerWnd,
      ...(segment.up === undefined ? {} : { up: segment.up }),
      options: encodeOptions(segment.options ?? {}),
      text: textOf(segment.data),
    });
    if (segment.corrupt) bytes[16] = bytes[16]! ^ 0x55;
    return bytes;
  }

  /** Hands bytes in as a TCP segment, without a turn. */
  inject(bytes: Uint8Array, state: ChecksumState = ChecksumState.COMPLETE, tos = 0): void {
    const ip = { ...headerOf(PEER_ADDRESS, OUR_ADDRESS), tos };
    const buf = new Uint8Array(bytes.length + 20).fill(0xee);
    buf.set(bytes, 10);
    this.tcp.handleSegment(ip, buf, 10, 10 + bytes.length, state, 0, this.now);
    // Valid until the call returns: whoever keeps it sees this.
    buf.fill(0xee);
  }

  /** Segments of one batch, then a turn. */
  sends(...segments: readonly PeerSegment[]): void {
    for (const segment of segments)
      this.inject(this.encode(segment), segment.checksum, segment.tos);
    this.turn();
  }

  icmp(error: Partial<IpError>, quotedSeq: number): void {
    const quote = quoteOf(this.ourPort, this.peerPort, (this.iss + quotedSeq) >>> 0);
    this.tcp.handleIpError(
      {
        kind: 'unreachable',
        mtu: 0,
        reporter: PEER_ADDRESS,
        source: OUR_ADDRESS,
        destination: PEER_ADDRESS,
        ...error,
      },
      quote,
      0,
      quote.length,
      this.now,
    );
    this.turn();
  }

  /** The rest of a turn: timers, events, output, until nothing is left. */
  turn(): void {
    this.ip.now = this.now - this.start;
    this.tcp.handleTimeout(this.now);
    this.tcp.deliverEvents();
    for (let round = 0; ; round++) {
      if (round > 100) throw new Error('a turn does not end');
      this.tcp.deliverEvents();
      const isDone = this.tcp.pollTransmit(this.now);
      if (!this.tcp.hasEvents && !(isDone && this.tcp.hasOutput)) break;
    }
    this.ip.sent.forEach((segment, index) => {
      if (this.#reasons.has(segment) || this.tcp.observer === null) return;
      const because = this.#pendingBecause.shift();
      if (because === undefined) throw new Error(`segment ${index} without a reason`);
      this.#reasons.set(segment, because);
    });
    for (const connection of this.tcp.connections()) {
      checkInvariants(connection);
      watchEdge(connection);
    }
  }

  /** Lets time pass, stopping at every deadline. */
  advance(ms: number): void {
    const until = this.now + ms;
    for (let steps = 0; this.tcp.nextDeadline() <= until; steps++) {
      if (steps > 20_000) throw new Error('time stands still');
      this.now = Math.max(this.now, this.tcp.nextDeadline());
      this.turn();
    }
    this.now = until;
    this.turn();
  }

  /** What has been sent since the last look, in relative numbers. */
  take() {
    return this.ip.take().map((segment) => this.#describe(segment));
  }

  #describe(segment: SentSegment) {
    const { header, bytes } = segment;
    const isAck = (header.flags & 0x10) !== 0;
    return {
      seq: (header.seq - this.iss) | 0,
      ack: isAck ? (header.ack - this.irs) | 0 : 0,
      flags: flagLetters(header.flags),
      len: header.dataEnd - header.dataStart,
      wnd: header.wnd,
      data: String.fromCharCode(...bytes.subarray(header.dataStart, header.dataEnd)),
      mss: header.mss,
      ws: header.windowShift,
      sackOk: header.sackPermitted,
      ts: header.hasTimestamp,
      tsval: header.tsval,
      tsecr: header.tsecr,
      sack: [...header.sackEdges.subarray(0, header.sackCount * 2)].map((e) => (e - this.irs) | 0),
      because: this.#reasons.get(segment) ?? (-1 as Because),
      segmentSize: segment.segmentSize,
      tos: segment.tos,
      at: segment.at,
    };
  }

  /** Expects exactly these segments since the last look. */
  expects(expected: readonly ExpectedSegment[]): void {
    const sent = this.take();
    const picked = sent.map((actual, index) => pick(actual, expected[index] ?? { flags: 'P' }));
    expect(picked).toEqual(expected.map((e) => ({ ...e })));
  }

  expectsNothing(): void {
    const sent = this.take().map((s) => `${s.flags} seq=${s.seq} ack=${s.ack} len=${s.len}`);
    expect(sent).toEqual([]);
  }

  /** Forgets what was sent and told so far. */
  clear(): this {
    this.take();
    this.events = [];
    this.received = [];
    this.verdicts.length = 0;
    this.states.length = 0;
    return this;
  }

  takeEvents(): string[] {
    const events = this.events;
    this.events = [];
    return events;
  }

  get verdict(): Verdict | undefined {
    return this.verdicts.at(-1);
  }

  write(data: string | number | Uint8Array): boolean {
    const more = this.conn.write(textOf(data));
    this.turn();
    return more;
  }

  end(): void {
    this.conn.end();
    this.turn();
  }

  abort(): void {
    this.conn.abort(this.now);
    this.turn();
  }
}

type Described = ReturnType<Script['take']>[number];

/** Keeps of a segment what an expectation names. */
function pick(actual: Described, expected: ExpectedSegment): ExpectedSegment {
  const picked: Record<string, unknown> = {};
  for (const key of Object.keys(expected) as (keyof ExpectedSegment)[]) {
    picked[key] = (actual as ExpectedSegment)[key];
  }
  if (expected.flags !== undefined && !expected.flags.includes('P')) {
    picked.flags = actual.flags.replace('P', '');
  }
  return picked;
}

// The states. Each begins with nothing recorded.

export function synSent(setup: ScriptSetup = {}): Script {
  const script = new Script({ active: true, ...setup });
  script.connect();
  script.turn();
  return script.clear();
}

export function listening(setup: ScriptSetup = {}): Script {
  const script = new Script(setup);
  script.listen();
  return script;
}

export function synReceived(setup: ScriptSetup = {}): Script {
  const script = listening(setup);
  script.sends({ seq: 0, flags: 'S', options: setup.options ?? { mss: 1000 } });
  const [connection] = script.tcp.connections();
  if (connection === undefined) throw new Error('no connection in SYN-RECEIVED');
  script.conn = connection;
  return script.clear();
}

export function established(setup: ScriptSetup = {}): Script {
  if (setup.active) {
    const script = synSent(setup);
    script.sends({ seq: 0, ack: 1, flags: 'SA', options: setup.options ?? { mss: 1000 } });
    return script.clear();
  }
  const script = synReceived(setup);
  const ts = script.conn.timestampsEnabled ? (setup.options?.ts?.[0] ?? 0) : null;
  script.sends({
    seq: 1,
    ack: 1,
    flags: 'A',
    ...(ts === null ? {} : { options: { ts: [ts, 0] } }),
  });
  return script.clear();
}

export function finWait1(setup: ScriptSetup = {}): Script {
  const script = established(setup);
  script.end();
  return script.clear();
}

export function finWait2(setup: ScriptSetup = {}): Script {
  const script = finWait1(setup);
  script.sends({ seq: 1, ack: 2 });
  return script.clear();
}

export function closeWait(setup: ScriptSetup = {}): Script {
  const script = established(setup);
  script.sends({ seq: 1, ack: 1, flags: 'FA' });
  return script.clear();
}

export function closing(setup: ScriptSetup = {}): Script {
  const script = finWait1(setup);
  script.sends({ seq: 1, ack: 1, flags: 'FA' });
  return script.clear();
}

export function lastAck(setup: ScriptSetup = {}): Script {
  const script = closeWait(setup);
  script.end();
  return script.clear();
}

export function timeWait(setup: ScriptSetup = {}): Script {
  const script = finWait2(setup);
  script.sends({ seq: 1, ack: 2, flags: 'FA' });
  return script.clear();
}

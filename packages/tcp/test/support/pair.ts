/**
 * Two TCPs and a network between them that loses, repeats and reorders by a seeded generator, in
 * virtual time. The same seed gives the same run, to the byte.
 */

import { ChecksumState } from '@netlayers/ip';
import { Tcp, type TcpConnection, type TcpSettings } from '@netlayers/tcp';
import { type SeededRandom, seededRandom } from '@netlayers/testkit';
import { FakeIp, headerOf, type SentSegment } from './fake-ip.js';
import { checkInvariants, watchEdge } from './invariants.js';
import { flagLetters } from './segments.js';

export interface PairSetup {
  readonly seed: number;
  /** Chances, 0 to 1. */
  readonly loss?: number;
  readonly duplication?: number;
  readonly reordering?: number;
  readonly delayMs?: number;
  readonly mtu?: number;
  readonly segmentationOffload?: number;
  readonly settings?: Partial<TcpSettings>;
  /** Of the accepting side, where they differ. */
  readonly serverSettings?: Partial<TcpSettings>;
  /** Chance that a device refuses everything in a turn. */
  readonly fullDevice?: number;
}

interface InFlight {
  readonly at: number;
  readonly order: number;
  readonly to: End;
  readonly segment: SentSegment;
}

/** One end: its TCP, its IP, and what its application has seen. */
export class End {
  readonly ip: FakeIp;
  readonly tcp: Tcp;
  connection: TcpConnection | null = null;
  readonly received: number[] = [];
  events: string[] = [];

  constructor(address: number, random: SeededRandom, setup: PairSetup, isServer: boolean) {
    this.ip = new FakeIp(setup.mtu ?? 1500);
    this.ip.source = address;
    this.ip.segmentationOffload = setup.segmentationOffload ?? 0;
    this.tcp = new Tcp({
      ip: this.ip,
      randomU32: random.u32,
      settings: { ...setup.settings, ...(isServer ? setup.serverSettings : {}) },
    });
  }

  /** Sends `data` as the buffer allows, then closes unless told not to; takes what comes. */
  run(connection: TcpConnection, data: Uint8Array, keepOpen = false): void {
    this.connection = connection;
    let at = 0;
    const feed = (): void => {
      while (at < data.length) {
        const end = Math.min(data.length, at + 16_384);
        const more = connection.write(data, at, end);
        at = end;
        if (!more) return;
      }
      if (!keepOpen) connection.end();
    };
    connection.setHandler({
      handleData: (buf, start, end) => {
        for (let i = start; i < end; i++) this.received.push(buf[i]!);
      },
      handleEnd: () => this.events.push('end'),
      handleDrain: feed,
      handleClose: (error) => this.events.push(error === null ? 'close' : error.code),
    });
    feed();
  }
}

/** The two ends and what is between them. */
export class Pair {
  readonly client: End;
  readonly server: End;
  readonly setup: PairSetup;
  readonly trace: string[] = [];
  now = 0;
  #order = 0;
  readonly #random: SeededRandom;
  #network: InFlight[] = [];

  constructor(setup: PairSetup) {
    this.setup = setup;
    this.#random = seededRandom(setup.seed);
    this.client = new End(0x0a000001, this.#random, setup, false);
    this.server = new End(0x0a000002, this.#random, setup, true);
  }

  /** Both sides send at once, and close unless told not to. */
  exchange(up: Uint8Array, down: Uint8Array, { keepOpen = false } = {}): void {
    const listener = this.server.tcp.listen(
      { port: 80 },
      {
        handleAcceptable: () => {
          const connection = listener.accept();
          if (connection !== null) this.server.run(connection, down, keepOpen);
        },
      },
    );
    const connection = this.client.tcp.connect(
      { remoteAddress: this.server.ip.source, remotePort: 80 },
      (error) => {
        if (error === null) this.client.run(connection, up, keepOpen);
      },
      this.now,
    );
  }

  /** Runs until nothing is left to do, or `untilMs`. Returns the virtual time of the end. */
  run(untilMs: number): number {
    for (let steps = 0; ; steps++) {
      if (steps > 500_000) throw new Error(`seed ${this.setup.seed}: no end of it`);
      this.#turn(this.client, this.server);
      this.#turn(this.server, this.client);
      const next = this.#nextAt();
      if (next > untilMs) return this.now;
      this.now = Math.max(this.now, next);
      this.#deliver();
    }
  }

  #nextAt(): number {
    const timers = Math.min(this.client.tcp.nextDeadline(), this.server.tcp.nextDeadline());
    const waits = this.client.tcp.hasOutput || this.server.tcp.hasOutput;
    return Math.min(timers, this.#network[0]?.at ?? Infinity, waits ? this.now + 1 : Infinity);
  }

  #turn(end: End, other: End): void {
    const { tcp, ip } = end;
    ip.now = this.now;
    tcp.handleTimeout(this.now);
    tcp.deliverEvents();
    ip.room = this.#chance(this.setup.fullDevice) ? this.#random.below(3) : Infinity;
    for (let round = 0; round < 50; round++) {
      tcp.deliverEvents();
      const isDone = tcp.pollTransmit(this.now);
      if (!tcp.hasEvents && !(isDone && tcp.hasOutput)) break;
    }
    for (const segment of ip.take()) this.#carry(segment, other);
    for (const connection of tcp.connections()) {
      checkInvariants(connection);
      watchEdge(connection);
    }
  }

  #chance(probability: number | undefined): boolean {
    return probability !== undefined && probability > 0 && this.#random.fraction() < probability;
  }

  #carry(segment: SentSegment, to: End): void {
    const { header } = segment;
    const text = header.dataEnd - header.dataStart;
    const { loss, duplication, reordering, delayMs = 10 } = this.setup;
    const isLost = this.#chance(loss);
    this.trace.push(
      `${this.now.toFixed(1)} ${flagLetters(header.flags)} ${header.seq}:${header.ack} ${text} ${header.wnd}${isLost ? ' lost' : ''}`,
    );
    if (isLost) return;
    const copies = this.#chance(duplication) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const extra = this.#chance(reordering) ? this.#random.below(delayMs * 3) : 0;
      const item = { at: this.now + delayMs + extra, order: this.#order++, to, segment };
      this.#network.push(item);
    }
    this.#network.sort((a, b) => a.at - b.at || a.order - b.order);
  }

  #deliver(): void {
    while (this.#network.length > 0 && this.#network[0]!.at <= this.now) {
      const { to, segment } = this.#network.shift()!;
      const header = headerOf(segment.source, segment.destination);
      const bytes = segment.bytes.slice();
      const state = segment.segmentSize > 0 ? ChecksumState.VERIFIED : segment.checksum;
      to.tcp.handleSegment(header, bytes, 0, bytes.length, state, 0, this.now);
      bytes.fill(0xdb);
    }
  }
}

/**
 * Runs one cell: two hosts on a link, a connection, data both ways, an orderly end; and says what
 * was wrong with it. A cell that fails is run again, which is the same run, to write a capture.
 *
 * Always checked: every byte both ways, the end and the close at both sides, silences. Where nothing
 * was lost, late or double, also that nothing was sent twice.
 */

import { createNetwork, type SimHost, type SimLink, type SimNetwork } from '@netlayers/sim';
import type { TcpSocket } from '@netlayers/stack';
import { segmentLog, type TcpObserver } from '@netlayers/tcp';
import { type CellSetup, setUp } from './cell-setup.js';
import type { Cell } from './dimensions.js';
import { FlowWatch } from './flow-watch.js';
import { PatternSink, PatternSource } from './pattern.js';

/** How a cell went. */
export interface CellResult {
  readonly cell: Cell;
  readonly seed: number;
  /** What is wrong, in words; empty = nothing. */
  readonly faults: readonly string[];
  /** Virtual time from the first byte written to the last one received. */
  readonly ms: number;
  /** Of both directions, as the applications see it. */
  readonly kbitPerSecond: number;
  readonly repeated: number;
  /** Whether no packet was lost, late or double, nor dropped by a queue. */
  readonly isClean: boolean;
}

const PORT = 80;
/** A cell that has not ended after this virtual time hangs. */
const LIMIT_MS = 7_200_000;
const DELAYED_ACK_MS = 40;
const MIN_RTO_MS = 200;
const MS = 1000;

/** One side of a transfer. */
class Side {
  readonly sink: PatternSink;
  readonly source: PatternSource;
  ended = false;
  closed = false;
  error: Error | null = null;
  lastDataAt = 0;
  onProgress: () => void = () => {};
  #socket: TcpSocket | null = null;

  constructor(sourceOrigin: number, sinkOrigin: number) {
    this.source = new PatternSource(sourceOrigin, 0);
    this.sink = new PatternSink(sinkOrigin);
  }

  attach(socket: TcpSocket, now: () => number): void {
    this.#socket = socket;
    socket.setHandler({
      handleData: (buf, start, end) => {
        this.sink.take(buf, start, end);
        this.lastDataAt = now();
        this.onProgress();
      },
      handleEnd: () => {
        this.ended = true;
        this.onProgress();
      },
      handleDrain: () => this.pump(),
      handleClose: (error) => {
        this.closed = true;
        this.error = error;
      },
    });
    this.onProgress();
    this.pump();
  }

  send(bytes: number): void {
    this.source.limit += bytes;
    this.pump();
  }

  end(): void {
    this.#socket?.end();
  }

  pump(): void {
    if (this.#socket !== null) this.source.pump(this.#socket);
  }
}

/** Bulk: each side sends what it has and ends when it has; or a request, a response, and so on. */
function drive(client: Side, server: Side, setup: CellSetup): void {
  const { bytesThere, bytesBack, exchanges } = setup;
  let asked = 0;
  const ask = (): void => {
    if (asked < exchanges) client.send(bytesThere);
    else client.end();
    asked++;
  };
  client.onProgress = () => {
    if (asked === 0 || client.sink.received >= Math.min(asked, exchanges) * bytesBack) ask();
  };
  let answered = 0;
  server.onProgress = () => {
    if (answered < exchanges && server.sink.received >= (answered + 1) * bytesThere) {
      answered++;
      server.send(bytesBack);
    }
    if (server.ended) server.end();
  };
}

/** Bulk both ways at once. */
function driveBoth(client: Side, server: Side, { bytesThere, bytesBack }: CellSetup): void {
  const begin = (side: Side, bytes: number): void => {
    side.onProgress = () => {};
    side.send(bytes);
  };
  client.onProgress = () => begin(client, bytesThere);
  server.onProgress = () => begin(server, bytesBack);
}

/** What is wrong with one side after the end. */
function faultsOf(name: string, side: Side, expected: number, watch: FlowWatch): string[] {
  const { sink, ended, closed, error } = side;
  const faults: string[] = [];
  if (sink.received !== expected) faults.push(`${name} received ${sink.received} of ${expected}`);
  if (sink.differsAt >= 0) faults.push(`${name}: bytes differ behind ${sink.differsAt}`);
  if (!ended) faults.push(`${name} saw no end`);
  if (!closed) faults.push(`${name} is not closed`);
  if (error !== null) faults.push(`${name} closed with ${error.message}`);
  for (const { atMs, lastedMs, allowedMs } of watch.silences.slice(0, 3)) {
    const from = `from ${atMs.toFixed(1)} ms on`;
    faults.push(
      `${name} was silent for ${lastedMs.toFixed(1)} ms, of ${allowedMs.toFixed(1)}, ${from}`,
    );
  }
  return faults;
}

/** Whether a link has dropped packets because a queue was full. */
const overflowed = ({ there, back }: SimLink): boolean =>
  there.fates['queue-full'] + back.fates['queue-full'] > 0;

/** How long packets have taken each way. */
class RoundTrips {
  readonly #longest = [0, 0];
  readonly #shortest = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];

  take(way: 0 | 1, ms: number): void {
    this.#longest[way] = Math.max(this.#longest[way]!, ms);
    this.#shortest[way] = Math.min(this.#shortest[way]!, ms);
  }

  get longestMs(): number {
    return this.#longest[0]! + this.#longest[1]!;
  }

  get shortestMs(): number {
    return this.#shortest[0]! + this.#shortest[1]!;
  }

  /** Whether queues have never kept an ACK for longer than the retransmission timer waits at least. */
  get areSteady(): boolean {
    return this.longestMs - this.shortestMs < MIN_RTO_MS;
  }

  /** Whether they have never kept one for longer than a probe waits: two smoothed round trips. */
  get areVerySteady(): boolean {
    return this.longestMs < 2 * this.shortestMs;
  }
}

interface Hosts {
  readonly network: SimNetwork;
  readonly a: SimHost;
  readonly b: SimHost;
  readonly link: SimLink;
  readonly watches: readonly [FlowWatch, FlowWatch];
  readonly trips: RoundTrips;
}

/** Where the lines of a trace go. */
export type Trace = (line: string) => void;

/** A watch, and where it is wanted a log of the same host. */
function observing(watch: FlowWatch, name: string, now: () => number, trace: Trace | null) {
  if (trace === null) return watch;
  const stamp = (): string => `${now().toFixed(3).padStart(12)} ${name}`;
  const log = segmentLog({
    segment: (arrow, segment, note) => trace(`${stamp()} ${arrow} ${segment}    ${note}`),
    event: (text) => trace(`${stamp()}    ${text}`),
  });
  const both: TcpObserver = {
    ...log,
    segmentSent: (...args) => {
      log.segmentSent?.(...args);
      watch.segmentSent(...args);
    },
    segmentReceived: (...args) => {
      log.segmentReceived?.(...args);
      watch.segmentReceived(args[0]);
    },
    senderHeld: (...args) => watch.senderHeld(...args),
  };
  return both;
}

function build(setup: CellSetup, seed: number, capture: boolean, trace: Trace | null): Hosts {
  const trips = new RoundTrips();
  const network: SimNetwork = createNetwork({
    seed,
    capture,
    observe: ({ fate, from, arrivesAtMs, atMs }) => {
      if (fate === 'sent') trips.take(from === 'a' ? 0 : 1, arrivesAtMs - atMs);
    },
  });
  const now = (): number => network.clock.now();
  const surroundings = {
    now,
    longestRttMs: () => trips.longestMs + DELAYED_ACK_MS,
  };
  const watches = [new FlowWatch(surroundings), new FlowWatch(surroundings)] as const;
  const { tcp, link } = setup;
  const observers = watches.map((watch, i) => observing(watch, i === 0 ? 'a' : 'b', now, trace));
  const a = network.host({ name: 'a', address: '10.0.0.1', tcp, observer: observers[0]! });
  const b = network.host({ name: 'b', address: '10.0.0.2', tcp, observer: observers[1]! });
  return { network, a, b, link: network.link(a, b, link), watches, trips };
}

/** Runs a cell once, with its faults as text; `hosts` may be asked for a capture afterwards. */
async function attempt(
  cell: Cell,
  setup: CellSetup,
  seed: number,
  hosts: Hosts,
): Promise<CellResult> {
  const { network, a, b, link, watches, trips } = hosts;
  const now = (): number => network.clock.now();
  const client = new Side(seed, seed + 17);
  const server = new Side(seed + 17, seed);
  if (cell.traffic === 'both') driveBoth(client, server, setup);
  else drive(client, server, setup);
  const expected = [setup.bytesThere * setup.exchanges, setup.bytesBack * setup.exchanges] as const;
  const endWhenSent = (side: Side, bytes: number): boolean => side.source.sent >= bytes;
  b.stack.listen({ port: PORT }, (socket) => server.attach(socket, now));
  const faults: string[] = [];
  let began = 0;
  try {
    await network.run(
      async () => {
        const socket = await a.stack.connect({ host: b.address, port: PORT });
        began = now();
        client.attach(socket, now);
        if (cell.traffic === 'both') {
          await network.until(() => endWhenSent(client, expected[0]));
          client.end();
          await network.until(() => endWhenSent(server, expected[1]));
          server.end();
        }
        await network.until(() => client.closed && server.closed);
      },
      { limitMs: LIMIT_MS },
    );
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
  }
  faults.push(...faultsOf('server', server, expected[0], watches[1]));
  faults.push(...faultsOf('client', client, expected[1], watches[0]));
  const repeated = watches[0].repeated + watches[1].repeated;
  const isClean = setup.isClean && !overflowed(link);
  const probed = watches[0].probed + watches[1].probed;
  if (isClean && trips.areSteady && repeated > 0)
    faults.push(`${repeated} needless retransmissions`);
  if (isClean && trips.areVerySteady && probed > 0) faults.push(`${probed} needless tail probes`);
  const ms = Math.max(client.lastDataAt, server.lastDataAt) - began;
  const kbitPerSecond = ((expected[0] + expected[1]) * 8 * MS) / Math.max(ms, 0.001) / 1000;
  return { cell, seed, faults, ms, kbitPerSecond, repeated, isClean };
}

/** Runs a cell. */
export function runCell(cell: Cell, seed: number): Promise<CellResult> {
  const setup = setUp(cell);
  return attempt(cell, setup, seed, build(setup, seed, false, null));
}

/** Runs a cell again and returns the pcapng file of it; `trace` gets what both hosts did, line by line. */
export async function captureCell(
  cell: Cell,
  seed: number,
  trace: Trace | null = null,
): Promise<Uint8Array> {
  const setup = setUp(cell);
  const hosts = build(setup, seed, true, trace);
  await attempt(cell, setup, seed, hosts);
  return hosts.network.capture();
}

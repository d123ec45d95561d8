/**
 * What the tests of the byte stream suite work with: the transports of one implementation, and
 * connections between them.
 */

import type { Stream, StreamTransport } from './byte-stream.js';
import type { PeerReactions, RecordingPeer } from './recording-peer.js';
import type { SuiteTools } from './suite-tools.js';
import { settleTurns, untilTurn } from './turns.js';

/** Two transports that reach each other, fresh for each test. */
export interface TransportFixture {
  /** Listens. */
  readonly server: StreamTransport;
  /** Connects; may be the same object. */
  readonly client: StreamTransport;
  /** Where the client finds the server. */
  readonly host: string;
  /** Goes on until the condition holds, and rejects when it does not come. */
  until(condition: () => boolean): PromiseLike<void>;
  /** Goes on until everything that is under way has arrived. */
  settle(): PromiseLike<void>;
  /** Ends what the fixture owns. */
  close(): PromiseLike<void>;
}

/** A transport for both ends that delivers within a few turns of Node's event loop, as a pipe in memory does. */
export const fixtureOf = (transport: StreamTransport): TransportFixture => ({
  server: transport,
  client: transport,
  host: '10.0.0.1',
  until: untilTurn,
  settle: () => settleTurns(),
  close: () => transport.close(),
});

/** What a test of the suite works with. */
export interface StreamBench {
  readonly fixture: TransportFixture;
  readonly expect: SuiteTools['expect'];
  readonly bulkBytes: number;
  readonly bufferLimit: number;
  readonly manyStreams: number;
  /** Makes a connection with a recording peer at both ends, the client's first. */
  open(options?: OpenOptions): Promise<[client: RecordingPeer, server: RecordingPeer]>;
  /** Wraps a stream; its broken rules count. */
  peer(stream: Stream, reactions?: PeerReactions): RecordingPeer;
  /** Goes on until a promise is settled. */
  wait<T>(promise: PromiseLike<T>): Promise<T>;
  /** Waits until all of the peers are closed. */
  closed(...peers: readonly RecordingPeer[]): Promise<void>;
}

/** How {@link StreamBench.open} makes a connection. */
export interface OpenOptions {
  readonly client?: PeerReactions;
  readonly server?: PeerReactions;
  /** Leaves the client's stream without a handler. */
  readonly clientUnattached?: boolean;
  /** Called inside of `accept`, after the handler is set. */
  accepted?(server: RecordingPeer): void;
}

/** Registers a test with the bench that it runs on. */
export type StreamTest = (name: string, body: (bench: StreamBench) => Promise<void>) => void;

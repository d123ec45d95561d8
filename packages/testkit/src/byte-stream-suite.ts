/**
 * The tests that every `ByteStream` and `Transport` passes: the kernel's TCP, ours, a pipe in
 * memory. Nothing in them waits for time: the fixture says how to go on until something happens,
 * on real or on virtual time.
 */

import type { Stream, StreamListener } from './byte-stream.js';
import { type PeerReactions, RecordingPeer } from './recording-peer.js';
import type { OpenOptions, StreamBench, StreamTest, TransportFixture } from './stream-bench.js';
import { bothDirectionsCases } from './stream-both-directions-cases.js';
import { closingCases } from './stream-closing-cases.js';
import { handlerCases } from './stream-handler-cases.js';
import { progressCases } from './stream-progress-cases.js';
import { transferCases } from './stream-transfer-cases.js';
import type { SuiteTools } from './suite-tools.js';
import { transportCases } from './transport-cases.js';

/** What {@link byteStreamSuite} is told. */
export interface ByteStreamSuiteOptions {
  readonly name: string;
  readonly tools: SuiteTools;
  makeTransports(): TransportFixture | PromiseLike<TransportFixture>;
  /** Bytes each way in the large transfer. @default 4 MiB */
  readonly bulkBytes?: number;
  /** The most that may be under way to a peer that does not read. @default 32 MiB */
  readonly bufferLimit?: number;
  /** Connections at once in the test of many. @default 100 */
  readonly manyStreams?: number;
}

/** Registers the suite for one implementation. */
export function byteStreamSuite(options: ByteStreamSuiteOptions): void {
  const { describe, it } = options.tools;
  const test: StreamTest = (name, body) => {
    it(name, async () => {
      const fixture = await options.makeTransports();
      const bench = new Bench(fixture, options);
      try {
        await body(bench);
        await bench.finish();
      } finally {
        await fixture.close();
      }
    });
  };
  describe(`byte streams: ${options.name}`, () => {
    describe('transfer', () => transferCases(test));
    describe('closing', () => closingCases(test));
    describe('closing both directions', () => bothDirectionsCases(test));
    describe('handler', () => handlerCases(test));
    describe('progress', () => progressCases(test));
    describe('transport', () => transportCases(test));
  });
}

class Bench implements StreamBench {
  readonly fixture: TransportFixture;
  readonly expect: SuiteTools['expect'];
  readonly bulkBytes: number;
  readonly bufferLimit: number;
  readonly manyStreams: number;
  readonly #peers: RecordingPeer[] = [];
  #listener: PromiseLike<StreamListener> | null = null;
  #accept: (stream: Stream) => void = () => {};

  constructor(fixture: TransportFixture, options: ByteStreamSuiteOptions) {
    this.fixture = fixture;
    this.expect = options.tools.expect;
    this.bulkBytes = options.bulkBytes ?? 4 << 20;
    this.bufferLimit = options.bufferLimit ?? 32 << 20;
    this.manyStreams = options.manyStreams ?? 100;
  }

  peer(stream: Stream, reactions: PeerReactions = {}): RecordingPeer {
    const peer = new RecordingPeer(stream, reactions);
    this.#peers.push(peer);
    return peer;
  }

  async open(options: OpenOptions = {}): Promise<[RecordingPeer, RecordingPeer]> {
    const { server, client, host } = this.fixture;
    this.#listener ??= server.listen({ port: 0 }, (stream) => this.#accept(stream));
    const { port } = await this.wait(this.#listener);
    let accepted: RecordingPeer | null = null;
    this.#accept = (stream) => {
      accepted = this.peer(stream, options.server).attach();
      options.accepted?.(accepted);
    };
    const near = this.peer(await this.wait(client.connect({ host, port })), options.client);
    if (!options.clientUnattached) near.attach();
    await this.fixture.until(() => accepted !== null);
    return [near, accepted as unknown as RecordingPeer];
  }

  async wait<T>(promise: PromiseLike<T>): Promise<T> {
    let settled = false;
    const done = (): void => {
      settled = true;
    };
    promise.then(done, done);
    await this.fixture.until(() => settled);
    return promise;
  }

  async closed(...peers: readonly RecordingPeer[]): Promise<void> {
    await this.fixture.until(() => peers.every((peer) => peer.closed));
  }

  /** Ends what a test has left open, and checks the rules that hold for all of them. */
  async finish(): Promise<void> {
    await this.fixture.settle();
    for (const peer of this.#peers) {
      this.expect(peer.violations).toEqual([]);
      if (!peer.closed) peer.abort();
    }
    await this.fixture.settle();
    for (const peer of this.#peers) this.expect(peer.violations).toEqual([]);
    if (this.#listener !== null) await this.wait((await this.#listener).close());
  }
}

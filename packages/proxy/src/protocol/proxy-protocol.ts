/**
 * The PROXY protocol as a transport that wraps a transport: what stands on it sees the addresses that
 * a trusted proxy tells, and connections that it makes begin with a header of ours.
 */

import { type Clock, checkOptions, HostClock, type OptionNames } from '@netlayers/host';
import { type ByteStream, dropStream, type Listener, type Transport } from '@netlayers/http';
import { writeHeaderBlock } from './header-block.js';
import { writeHeaderLine } from './header-line.js';
import { HeaderPhase, type PhaseEnd, type PhaseOwner } from './header-phase.js';
import { DEFAULT_MAX_BYTES } from './parse-header.js';
import { ProxiedStream } from './proxied-stream.js';
import type { Endpoint, ProxyHeader } from './proxy-header.js';

/** Settings of {@link proxyProtocol}. */
export interface ProxyProtocolOptions {
  /**
   * Whether a peer, by its address, is a proxy: then a header is needed. Connections of others are handed
   * on as they are, a header or not: its bytes are the protocol's above. Needed to listen.
   */
  readonly trusted?: (remoteAddress: string) => boolean;
  /** For the whole header, milliseconds; then a reset. @default 5000 */
  readonly timeoutMs?: number;
  /** Connections whose header has not come, at once; further ones are reset. @default 1024 */
  readonly maxPending?: number;
  /** The longest header of version 2, octets. @default 4096 */
  readonly maxHeaderBytes?: number;
  /** What is sent on connections that are made. @default 2 */
  readonly version?: 1 | 2;
  /**
   * Whose connections those are: source and destination as the header tells them.
   *
   * @default the addresses of the connection itself
   */
  readonly ends?: () => { readonly source: Endpoint; readonly destination: Endpoint };
  /** @default the host's */
  readonly clock?: Clock;
}

const OPTIONS: OptionNames<ProxyProtocolOptions> = {
  trusted: 'optional',
  timeoutMs: 'optional',
  maxPending: 'optional',
  maxHeaderBytes: 'optional',
  version: 'optional',
  ends: 'optional',
  clock: 'optional',
};

/** What has happened to connections of trusted peers. */
export interface ProxyProtocolCounters {
  /** Headers that were read. */
  readonly accepted: number;
  /** Connections that wait for their header. */
  readonly pending: number;
  /** Reset because they did not begin with a header, or with one that is wrong. */
  readonly malformed: number;
  /** Reset because their header did not come. */
  readonly late: number;
  /** Reset because too many waited for theirs. */
  readonly refused: number;
  /** Ended by the peer before their header. */
  readonly closed: number;
}

/** A transport with the PROXY protocol. */
export interface ProxyProtocolTransport extends Transport {
  counters(): ProxyProtocolCounters;
}

/** The header that came ahead of a stream; `null` for one without. */
export const proxyHeaderOf = (stream: ByteStream): ProxyHeader | null =>
  stream instanceof ProxiedStream ? stream.header : null;

/**
 * Wraps a transport, which stays the caller's to close or is closed with this.
 *
 * @throws TypeError for an option that is none.
 */
export function proxyProtocol(
  inner: Transport,
  options: ProxyProtocolOptions = {},
): ProxyProtocolTransport {
  checkOptions('proxyProtocol', options, OPTIONS);
  return new WrappingTransport(inner, options);
}

class WrappingTransport implements ProxyProtocolTransport {
  readonly #inner: Transport;
  readonly #options: ProxyProtocolOptions;
  readonly #clock: Clock;
  readonly #phases = new Set<HeaderPhase>();
  readonly #counters = { accepted: 0, malformed: 0, late: 0, refused: 0, closed: 0 };

  constructor(inner: Transport, options: ProxyProtocolOptions) {
    this.#inner = inner;
    this.#options = options;
    this.#clock = options.clock ?? new HostClock();
  }

  counters(): ProxyProtocolCounters {
    return { ...this.#counters, pending: this.#phases.size };
  }

  async listen(
    options: { readonly host?: string; readonly port: number; readonly backlog?: number },
    accept: (stream: ByteStream) => void,
  ): Promise<Listener> {
    const { trusted } = this.#options;
    if (trusted === undefined) {
      throw new TypeError(
        'proxyProtocol needs the option trusted to listen: which peers are proxies?',
      );
    }
    const phases = new Set<HeaderPhase>();
    const listener = await this.#inner.listen(options, (stream) => {
      if (!trusted(stream.remoteAddress)) accept(stream);
      else if (this.#phases.size >= (this.#options.maxPending ?? 1024)) this.#refuse(stream);
      else this.#track(phases, new HeaderPhase(stream, this.#owner(phases, accept)));
    });
    const close = async (): Promise<void> => {
      // Nobody takes those any more whose header would come now.
      for (const phase of [...phases]) phase.abort();
      await listener.close();
    };
    return { address: listener.address, port: listener.port, close };
  }

  async connect(options: Parameters<Transport['connect']>[0]): Promise<ByteStream> {
    const stream = await this.#inner.connect(options);
    const local = { address: stream.localAddress, port: stream.localPort };
    const remote = { address: stream.remoteAddress, port: stream.remotePort };
    const ends = this.#options.ends?.() ?? { source: local, destination: remote };
    const write = this.#options.version === 1 ? writeHeaderLine : writeHeaderBlock;
    stream.write(write(ends.source, ends.destination));
    const { secure, alpn } = stream;
    return new ProxiedStream(stream, { local, remote, secure, alpn, header: null });
  }

  async close(): Promise<void> {
    for (const phase of [...this.#phases]) phase.abort();
    await this.#inner.close();
  }

  #owner(phases: Set<HeaderPhase>, accept: (stream: ByteStream) => void): PhaseOwner {
    return {
      clock: this.#clock,
      timeoutMs: this.#options.timeoutMs ?? 5000,
      maxBytes: this.#options.maxHeaderBytes ?? DEFAULT_MAX_BYTES,
      handleHeader: (phase, header, rest) => {
        this.#forget(phases, phase);
        this.#counters.accepted++;
        this.#handOn(phase.stream, header, rest, accept);
      },
      handleFailure: (phase, why) => {
        this.#forget(phases, phase);
        this.#count(why);
      },
    };
  }

  #track(phases: Set<HeaderPhase>, phase: HeaderPhase): void {
    phases.add(phase);
    this.#phases.add(phase);
  }

  #forget(phases: Set<HeaderPhase>, phase: HeaderPhase): void {
    phases.delete(phase);
    this.#phases.delete(phase);
  }

  #count(why: PhaseEnd): void {
    if (why === 'timeout') this.#counters.late++;
    else if (why === 'closed' || why === 'aborted') this.#counters.closed++;
    else this.#counters.malformed++;
  }

  #handOn(
    inner: ByteStream,
    header: ProxyHeader,
    rest: Uint8Array,
    accept: (stream: ByteStream) => void,
  ): void {
    const stream = new ProxiedStream(inner, {
      local: header.destination ?? { address: inner.localAddress, port: inner.localPort },
      remote: header.source ?? { address: inner.remoteAddress, port: inner.remotePort },
      secure: inner.secure || header.secure,
      alpn: header.alpn ?? inner.alpn,
      header,
    });
    accept(stream);
    // What was delivered is only lent, and whoever takes it may pause.
    stream.begin(new Uint8Array(rest));
  }

  #refuse(stream: ByteStream): void {
    this.#counters.refused++;
    dropStream(stream);
  }
}

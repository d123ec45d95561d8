/**
 * Which protocols a client speaks, and which of them a new stream does: what the transport has agreed
 * on with the server (ALPN, RFC 7301), what the client knows beforehand, or HTTP/1.1, which it always
 * speaks.
 */

import { type ByteStream, dropStream } from '@netlayers/http';
import { ClientError } from '../base/errors.js';
import type { Origin } from '../base/origin.js';
import type { Carrier, CarrierOwner, CarrierSettings, MakeCarrier } from './carrier.js';
import { Http1Carrier } from './http1-carrier.js';

/** A protocol beside HTTP/1.1: `http2Client()` of `@netlayers/node`, for one. */
export interface ClientProtocol {
  /** Its name where TLS agrees on one (RFC 7301), as `h2`. */
  readonly alpn: string;
  /** Whether it is also spoken without TLS, to every server, unasked. */
  readonly priorKnowledge: boolean;
  /** Makes the carrier of a new stream, which nobody has read from, and sets the stream's handler. */
  readonly carry: MakeCarrier;
}

const HTTP1 = 'http/1.1';

/** The protocols of a client. */
export class Protocols {
  readonly #others: readonly ClientProtocol[];

  /** @param others those beside HTTP/1.1, the dearest first. */
  constructor(others: readonly ClientProtocol[]) {
    this.#others = others;
  }

  /** What a connection to an origin offers where it is of TLS; `null` leaves that to the transport. */
  offerFor({ isPlain, secure }: Origin): readonly string[] | null {
    if (!secure || this.#others.length === 0) return null;
    const others = isPlain ? [] : this.#others.map(({ alpn }) => alpn);
    return [...others, HTTP1];
  }

  /** Whether a connection to an origin may turn out to carry many requests at once. */
  mayShare({ isPlain, secure }: Origin): boolean {
    return !isPlain && this.#others.some(({ priorKnowledge }) => secure || priorKnowledge);
  }

  /**
   * Makes the carrier of a stream.
   *
   * @throws ClientError `unsupported-protocol` for one that is not spoken here; the stream is reset.
   */
  carrierOf(
    origin: Origin,
    stream: ByteStream,
    settings: CarrierSettings,
    owner: CarrierOwner,
  ): Carrier {
    const known = this.mayShare(origin) && !origin.secure;
    const found = this.#others.find(({ alpn, priorKnowledge }) =>
      stream.alpn === null ? known && priorKnowledge : alpn === stream.alpn,
    );
    if (found !== undefined && !origin.isPlain) return found.carry(origin, stream, settings, owner);
    if ((stream.alpn ?? HTTP1) === HTTP1) return new Http1Carrier(origin, stream, settings, owner);
    dropStream(stream);
    const said = JSON.stringify(stream.alpn);
    const text = `${origin.authority} speaks ${said}, which this client does not`;
    throw new ClientError('unsupported-protocol', text);
  }
}

/**
 * Which protocol a new stream speaks: what the transport has agreed on with the server (ALPN,
 * RFC 7301), or HTTP/1.1 where nothing was. Another protocol is one more row here.
 */

import { type ByteStream, dropStream } from '@netlayers/http';
import { ClientError } from '../base/errors.js';
import type { Origin } from '../base/origin.js';
import type { Carrier, CarrierOwner, CarrierSettings, MakeCarrier } from './carrier.js';
import { Http1Carrier } from './http1-carrier.js';

const HTTP1 = 'http/1.1';

const PROTOCOLS: Readonly<Record<string, MakeCarrier>> = {
  [HTTP1]: (origin, stream, settings, owner) => new Http1Carrier(origin, stream, settings, owner),
};

/**
 * Makes the carrier of a stream.
 *
 * @throws ClientError `unsupported-protocol` for one that is not spoken here; the stream is reset.
 */
export function carrierOf(
  origin: Origin,
  stream: ByteStream,
  settings: CarrierSettings,
  owner: CarrierOwner,
): Carrier {
  const protocol = stream.alpn ?? HTTP1;
  const make = Object.hasOwn(PROTOCOLS, protocol) ? PROTOCOLS[protocol] : undefined;
  if (make !== undefined) return make(origin, stream, settings, owner);
  dropStream(stream);
  const text = `${origin.authority} speaks ${JSON.stringify(protocol)}, which this client does not`;
  throw new ClientError('unsupported-protocol', text);
}

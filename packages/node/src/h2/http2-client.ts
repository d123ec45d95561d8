/**
 * HTTP/2 (RFC 9113) for a client: `new Client({ protocols: [http2Client()] })`, with TLS that can offer
 * `h2`, such as `tlsTransport`.
 */

import type { ClientProtocol } from '@netlayers/client';
import { H2Carrier } from './h2-carrier.js';
import { type Http2ClientOptions, h2ClientSettingsOf } from './h2-client-options.js';

/**
 * Makes the protocol for the option `protocols` of a client. Requests to one origin share a connection
 * as far as the server allows; responses, errors and time-outs are those of HTTP/1.1.
 *
 * @throws RangeError for a bound that is none; TypeError for a name that is no option.
 */
export function http2Client(options: Http2ClientOptions = {}): ClientProtocol {
  const chosen = h2ClientSettingsOf(options);
  return {
    alpn: 'h2',
    priorKnowledge: chosen.priorKnowledge,
    carry: (origin, stream, settings, owner) =>
      new H2Carrier(origin, stream, { ...settings, ...chosen }, owner),
  };
}

/**
 * HTTP/2 (RFC 9113) for a server: `server.speak(http2())`, on a transport of TLS that offers `h2`.
 */

import type { ServerProtocol } from '@netlayers/server';
import { H2Connection } from './h2-connection.js';
import { type Http2Options, h2SettingsOf } from './h2-options.js';

/** RFC 9113, 3.4 */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/**
 * Makes the protocol for `server.speak`. Requests are answered as those of HTTP/1.1 are, by the same
 * handlers, within the same limits and time-outs.
 *
 * @throws RangeError for a bound that is none; TypeError for a name that is no option.
 */
export function http2(options: Http2Options = {}): ServerProtocol {
  const settings = h2SettingsOf(options);
  return {
    alpn: 'h2',
    preface: settings.h2c ? PREFACE : null,
    accept: (stream, host, received) => new H2Connection(stream, host, settings, received),
  };
}

/**
 * TLS on whatever TCP carries the requests, and HTTP/2 with it. Loaded only for a command that has a
 * certificate.
 */

import { HostClock } from '@netlayers/host';
import type { Transport } from '@netlayers/http';
import { http2, readIdentity, tlsTransport, watchIdentity } from '@netlayers/node';
import type { Server } from '@netlayers/server';
import { HandshakeLog } from './handshake-log.js';
import type { Log } from './log.js';

/** The options of TLS. */
export interface TlsCommand {
  /** Files, both PEM. */
  readonly cert: string;
  readonly key: string;
  readonly http2: boolean;
}

/** A transport with TLS on it. */
export interface SecurePlace {
  readonly transport: Transport;
  /** Looks for new files no longer. */
  close(): void;
}

/**
 * Puts TLS on a transport, and has the server speak HTTP/2 where clients ask for it. New files are
 * taken as they come.
 *
 * @throws Error, one line for the user.
 */
export function secure(
  inner: Transport,
  server: Server,
  { cert, key, http2: withHttp2 }: TlsCommand,
  log: Log,
): SecurePlace {
  const files = { cert, key };
  const failures = new HandshakeLog(log, new HostClock());
  const transport = tlsTransport(inner, {
    identity: readIdentity(files),
    alpn: withHttp2 ? ['h2', 'http/1.1'] : ['http/1.1'],
    onHandshakeError: ({ error }) => failures.failed(error.message),
  });
  if (withHttp2) server.speak(http2());
  const watch = watchIdentity(transport, files, {
    onReload: () => log.info(`Taken: the new certificate ${cert}`),
    onError: ({ message }) => log.warn(`Still serving the old certificate: ${message}`),
  });
  return { transport, close: () => watch.close() };
}

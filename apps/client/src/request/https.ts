/**
 * What https is carried by: TLS on whichever TCP carries the rest. Loaded with the first URL that
 * wants it.
 */

import { readFile } from 'node:fs/promises';
import type { Transport } from '@netlayers/http';
import type { TlsSpec } from '../command/command.js';
import { CommandError, ExitCode } from '../exit-code.js';
import { loadHttp2 } from './http2.js';

async function pemOf(path: string, exitCode: ExitCode): Promise<Buffer> {
  return readFile(path).catch((error: Error) => {
    throw new CommandError(exitCode, `cannot read: ${error.message}`);
  });
}

async function identityOf(spec: TlsSpec): Promise<object> {
  if (spec.cert === null) return {};
  const { path, passphrase } = spec.cert;
  const cert = await pemOf(path, ExitCode.CERTIFICATE);
  const key = await pemOf(spec.key ?? path, ExitCode.CERTIFICATE);
  return { identity: { cert, key, ...(passphrase === null ? {} : { passphrase }) } };
}

async function load(inner: Transport, spec: TlsSpec): Promise<Transport> {
  const { tlsTransport } = await loadHttp2();
  const ca = spec.caFile === null ? {} : { ca: await pemOf(spec.caFile, ExitCode.CA_FILE) };
  const identity = await identityOf(spec);
  try {
    const minVersion = spec.newest ? 'TLSv1.3' : 'TLSv1.2';
    return tlsTransport(inner, {
      ...ca,
      ...identity,
      minVersion,
      rejectUnauthorized: !spec.insecure,
    });
  } catch (error) {
    throw new CommandError(ExitCode.CERTIFICATE, `--cert or --key: ${(error as Error).message}`);
  }
}

/**
 * Puts TLS on a transport when it is first needed.
 *
 * @param secured told when a handshake is over.
 */
export function httpsOn(inner: Transport, spec: TlsSpec, secured: () => void): Transport {
  let loading: Promise<Transport> | null = null;
  return {
    listen: (options, accept) => inner.listen(options, accept),
    connect: async (options) => {
      loading ??= load(inner, spec);
      const stream = await (await loading).connect(options);
      secured();
      return stream;
    },
    close: async () => {},
  };
}

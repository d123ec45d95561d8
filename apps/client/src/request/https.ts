/**
 * What https is carried by: TLS on whichever TCP carries the rest. Loaded with the first URL that
 * wants it.
 */

import { readFile } from 'node:fs/promises';
import type { Transport } from '@netlayers/http';
import type { TlsSpec } from '../command/command.js';
import { CommandError, ExitCode } from '../exit-code.js';
import { loadHttp2 } from './http2.js';

/** What `make` makes; when it fails, an error that begins with the option that it is of. */
function orSay<T>(exitCode: ExitCode, option: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new CommandError(exitCode, `${option}: ${(error as Error).message}`);
  }
}

async function rootsOf({ caFile }: TlsSpec): Promise<{ ca?: Buffer }> {
  if (caFile === null) return {};
  const ca = await readFile(caFile).catch(({ code }: NodeJS.ErrnoException) => {
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw new CommandError(ExitCode.CA_FILE, `--cacert ${caFile}: ${why}`);
  });
  return { ca };
}

async function load(inner: Transport, spec: TlsSpec): Promise<Transport> {
  const { readIdentity, tlsTransport } = await loadHttp2();
  const roots = await rootsOf(spec);
  // Looked at alone, to tell whose fault it is.
  if (spec.caFile !== null) {
    orSay(ExitCode.CA_FILE, `--cacert ${spec.caFile}`, () => tlsTransport(inner, roots));
  }
  const option = spec.key === null ? '--cert without --key' : '--cert, --key';
  return orSay(ExitCode.CERTIFICATE, option, () => {
    const { path = '', passphrase = null } = spec.cert ?? {};
    const secret = passphrase === null ? {} : { passphrase };
    const files = { cert: path, key: spec.key ?? path, ...secret };
    return tlsTransport(inner, {
      ...roots,
      ...(spec.cert === null ? {} : { identity: readIdentity(files) }),
      minVersion: spec.newest ? 'TLSv1.3' : 'TLSv1.2',
      rejectUnauthorized: !spec.insecure,
    });
  });
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

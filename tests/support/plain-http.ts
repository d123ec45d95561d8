/**
 * A client that knows nothing: sends the bytes of a request as they are, and reads one response
 * until the server closes. For comparing servers, whose answers no library may mend first.
 */

import { connect, type NetConnectOpts } from 'node:net';

/** A response, as it stood on the wire. */
export interface PlainResponse {
  readonly status: number;
  /** By name in lower case; several lines of one name joined. */
  readonly fields: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** Sends a request of HTTP/1.1 for a target, which is taken as it is. */
export function exchange(
  server: NetConnectOpts,
  method: string,
  target: string,
  fields: readonly string[] = [],
): Promise<PlainResponse> {
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: server', 'Connection: close', ...fields];
  const socket = connect(server);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => resolve(parse(Buffer.concat(chunks))));
  });
}

function parse(bytes: Buffer): PlainResponse {
  const end = bytes.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const fields = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    fields.set(name, fields.has(name) ? `${fields.get(name)}, ${value}` : value);
  }
  return { status: Number(statusLine.split(' ')[1]), fields, body: bytes.subarray(end + 4) };
}

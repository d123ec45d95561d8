/**
 * `h2load` of nghttp2, the generator of the rows with TLS: HTTP/1.1 and HTTP/2, one thread.
 */

import { hasProgram } from './cores.js';
import { type Figures, RunningProcess, withPatience } from './processes.js';

/** How to get it, or `null` where it is there. */
export const h2loadMissing = (): string | null =>
  hasProgram('h2load') ? null : 'install h2load (Debian: nghttp2-client)';

/** What it is to do. */
export interface H2loadOptions {
  readonly url: string;
  readonly protocol: 'http/1.1' | 'h2';
  readonly connections: number;
  /** Requests at once on each connection. */
  readonly streams: number;
  readonly requests: number;
}

/** What its report says: answers, and octets of content, in a second. */
export function readH2loadReport(report: string): Figures {
  const [, rate] = /finished in [^,]+, ([\d.]+) req\/s/.exec(report) ?? [];
  const [, done, succeeded] = /requests: .* (\d+) done, (\d+) succeeded/.exec(report) ?? [];
  const [, octets] = /\((\d+)\) data/.exec(report) ?? [];
  if (!(Number(succeeded) > 0) || done !== succeeded) {
    throw new Error(`h2load: ${succeeded} of ${done} requests succeeded`);
  }
  const count = Number(rate);
  return { count, bytes: (count * Number(octets)) / Number(succeeded), seconds: 1 };
}

/**
 * Runs it on the client's core, and waits for its report. A number of requests, not a time: told a time
 * it may wait without end for a connection that was not made in the beginning of it.
 */
export async function runH2load(options: H2loadOptions): Promise<Figures> {
  const { url, protocol, connections, streams, requests } = options;
  const size = ['-n', requests, '-c', connections, '-m', streams, '-t', 1].map(String);
  const alpn = protocol === 'h2' ? [] : ['--h1'];
  const running = new RunningProcess(['h2load', ...alpn, ...size, url], 'client');
  let text = '';
  running.child.stdout!.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  try {
    if ((await withPatience(running.ended, running.name)) !== 0) return await running.failed();
  } finally {
    await running.stop();
  }
  return readH2loadReport(text);
}

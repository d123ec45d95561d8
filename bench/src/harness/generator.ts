/**
 * Who makes the load: a program in C, compiled on first use, which is not the limit; where there is no
 * compiler the same modes on Node, which may be. Every figure says who it was.
 */

import { CONGESTION_CONTROL } from '../process/congestion-control.js';
import { processorTime } from './cores.js';
import { type Figures, LineProcess, type RunningProcess } from './processes.js';
import { compileC, hasCompiler, nodeProgram } from './programs.js';
import type { Sample } from './row.js';

/** As the table calls it. */
export const GENERATOR = hasCompiler ? 'load.c' : 'load on node:net';

/** See `bench/native/load/load.h`. */
export type LoadMode = 'keep' | 'connect' | 'read' | 'write' | 'body' | 'hold';

/** What a generator is to do. */
export interface LoadOptions {
  readonly mode: LoadMode;
  readonly host: string;
  readonly port: number;
  readonly connections?: number;
  /** The octets of a request. @default none */
  readonly request?: string;
  /** Octets of content behind each request. @default 0 */
  readonly bodyBytes?: number;
}

/** The octets of a request for a path. */
export const requestFor = (host: string, path: string, fields: readonly string[] = []): string =>
  `GET ${path} HTTP/1.1\r\n${[`Host: ${host}`, ...fields].join('\r\n')}\r\n\r\n`;

/** Starts a generator on the client's core. */
export async function startLoad(options: LoadOptions): Promise<LineProcess> {
  const { mode, host, port, connections = 1, request = '', bodyBytes = 0 } = options;
  const args = [mode, host, port, CONGESTION_CONTROL, connections, request, bodyBytes].map(String);
  const command = hasCompiler ? [compileC('load'), ...args] : nodeProgram('load', args);
  return await LineProcess.start(command, 'client');
}

/** Runs something and tells how busy the two sides were while it lasted, as shares of one core. */
export async function watchBoth(
  server: RunningProcess,
  client: RunningProcess,
  run: () => Promise<Figures>,
): Promise<{ readonly figures: Figures; readonly shares: Omit<Sample, 'value'> }> {
  const before = [processorTime(server.pid), processorTime(client.pid)];
  const began = performance.now();
  const figures = await run();
  const microseconds = (performance.now() - began) * 1000;
  const [ofServer, ofClient] = [server, client].map(
    ({ pid }, side) => (processorTime(pid) - before[side]!) / microseconds,
  );
  return { figures, shares: { server: ofServer!, client: ofClient! } };
}

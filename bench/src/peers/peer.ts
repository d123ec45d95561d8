/**
 * Who is measured: a peer that can be started as a server of some kind, or the reason why it cannot be
 * started here.
 */

import type { LineProcess, RunningProcess } from '../harness/processes.js';

/** What a peer can serve.  */
export type Service = 'http' | 'https' | 'h2' | 'bulk' | 'udp';

/** A server that runs. */
export interface Served {
  readonly host: string;
  readonly port: number;
  readonly process: RunningProcess;
  /** The same process, where it answers questions. */
  readonly lines?: LineProcess;
}

/** Somebody who serves. */
export interface Peer {
  /** As the table calls it. */
  readonly title: string;
  /** How to get it, in one line, where it is not installed; otherwise `null`. */
  missing(): string | null;
  /** Starts it, for the services that it has. */
  readonly services: Readonly<Partial<Record<Service, () => Promise<Served>>>>;
}

/** A served program that answers lines. */
export const servedBy = (host: string, port: number, process: LineProcess): Served => ({
  host,
  port,
  process,
  lines: process,
});

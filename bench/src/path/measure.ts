/**
 * Measures one transfer over the path between two namespaces: a wire, a server behind it and a client
 * in front of it, each a process of its own that is ended with the run.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Impairments, LinkCounts } from '@netlayers/sim';
import { type EndKind, FAR_KERNEL, FAR_OURS } from './addresses.js';
import { PATH_MTU } from './conditions.js';

/** Who sends to whom; the near end is always the kernel. */
export interface Transfer {
  readonly far: EndKind;
  /** `down`: the far end sends. */
  readonly direction: 'down' | 'up';
}

/** One run. */
export interface PathRun {
  readonly path: Impairments;
  readonly seed: number;
  /** A name of `ALGORITHMS`, for both ends. */
  readonly algorithm: string;
  readonly seconds: number;
  /** What runs side by side. */
  readonly transfers: readonly Transfer[];
}

/** What a run has given. */
export interface PathResult {
  /** Mbit/s at the receiving application, one per transfer. */
  readonly mbits: readonly number[];
  readonly there: LinkCounts;
  readonly back: LinkCounts;
}

/** The path cannot be made here: no root, no `/dev/net/tun`. */
export class PathUnavailable extends Error {}

/** What `path-wire` ends with where it may not make a namespace. */
const UNAVAILABLE = 3;
/** Longer than any run needs besides its seconds. */
const PATIENCE_MS = 30_000;

/** A peer and what it prints. */
class Peer {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  #printed = '';
  #onText: () => void = () => {};

  constructor(name: string, args: readonly string[]) {
    const file = fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url));
    this.child = spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#printed += text;
      this.#onText();
    });
  }

  /** Waits for a line that matches, or for the end. */
  async line(pattern: RegExp): Promise<RegExpExecArray> {
    const found = new Promise<RegExpExecArray>((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(this.#printed);
        if (match !== null) resolve(match);
      };
      this.#onText = look;
      look();
      void this.ended.then((code) => {
        look();
        if (code === UNAVAILABLE) reject(new PathUnavailable());
        else reject(new Error(`${this.child.spawnargs.slice(1).join(' ')} ended with ${code}`));
      });
    });
    return await found;
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }
}

/** `JSON` has no infinity. */
const asJson = (impairments: Impairments): string =>
  JSON.stringify(impairments, (_key, value) =>
    value === Number.POSITIVE_INFINITY ? 'Infinity' : value,
  );

/** Runs a promise, or fails after some time. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing for ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs one transfer and returns the bytes that were received. */
async function transferBytes(
  near: string,
  server: Peer,
  { far, direction }: Transfer,
  { algorithm, seconds }: PathRun,
  peers: Peer[],
): Promise<number> {
  const host = far === 'ours' ? FAR_OURS : FAR_KERNEL;
  const client = new Peer('path-client', [near, direction, host, algorithm, String(seconds)]);
  peers.push(client);
  const count = direction === 'down' ? client.line(/^(\d+)\n/m) : server.line(/received (\d+)\n/);
  return Number((await within(count, seconds * 1000 + PATIENCE_MS))[1]);
}

/**
 * Measures a run.
 *
 * @throws PathUnavailable without root or `/dev/net/tun`.
 */
export async function measurePath(run: PathRun): Promise<PathResult> {
  const { path, seed, algorithm, seconds, transfers } = run;
  const wire = new Peer('path-wire', [asJson(path), String(seed), String(PATH_MTU)]);
  const peers: Peer[] = [];
  try {
    const [, near = '', far = ''] = await within(wire.line(/ready (\S+) (\S+)\n/), PATIENCE_MS);
    const servers = new Map<EndKind, Peer>();
    for (const kind of new Set(transfers.map((transfer) => transfer.far))) {
      const server = new Peer('path-server', [far, kind, algorithm, String(seconds)]);
      peers.push(server);
      servers.set(kind, server);
      await within(server.line(/ready\n/), PATIENCE_MS);
    }
    const bytes = await Promise.all(
      transfers.map((transfer) =>
        transferBytes(near, servers.get(transfer.far)!, transfer, run, peers),
      ),
    );
    wire.child.stdin!.end();
    const [counts = ''] = await within(wire.line(/^\{.*\}$/m), PATIENCE_MS);
    const { there, back } = JSON.parse(counts) as Pick<PathResult, 'there' | 'back'>;
    return { mbits: bytes.map((each) => (each * 8) / seconds / 1e6), there, back };
  } finally {
    for (const peer of [...peers, wire]) peer.stop();
    await Promise.all([...peers, wire].map(({ ended }) => ended));
  }
}

/**
 * Variants of the rows in which one generator loads one server.
 */

import { type LoadMode, startLoad, watchBoth } from '../harness/generator.js';
import type { Figures, LineProcess } from '../harness/processes.js';
import type { Session, Variant } from '../harness/row.js';
import type { Peer, Served, Service } from '../peers/peer.js';

/** A server and its generator. */
export interface LoadedPair {
  readonly served: Served;
  readonly load: LineProcess;
}

/** What a server is loaded with. */
export interface Load {
  readonly mode: LoadMode;
  readonly connections?: number;
  readonly bodyBytes?: number;
  /** Which of the server's ports, counted from its first. @default 0 */
  readonly portOffset?: number;
  /** The octets of a request, for the server's host. @default none */
  request?(host: string): string;
}

/** How a pair is started and measured. */
export interface Loading extends Load {
  readonly service: Service;
  /** What the generator is asked in a turn. */
  readonly question: string;
  /** The figure, of the generator's answer. */
  value(figures: Figures): number;
}

/** Starts a generator in front of a server. */
function loadServer({ host, port }: Served, load: Load): Promise<LineProcess> {
  const { mode, connections, bodyBytes, portOffset = 0, request } = load;
  return startLoad({
    mode,
    host,
    port: port + portOffset,
    ...(connections === undefined ? {} : { connections }),
    ...(bodyBytes === undefined ? {} : { bodyBytes }),
    ...(request === undefined ? {} : { request: request(host) }),
  });
}

/** Starts a server of a peer and a generator in front of it. */
export async function startPair(peer: Peer, loading: Loading): Promise<LoadedPair> {
  const serve = peer.services[loading.service];
  if (serve === undefined) throw new Error(`${peer.title} does not serve ${loading.service}`);
  const served = await serve();
  try {
    return { served, load: await loadServer(served, loading) };
  } catch (error) {
    await served.process.stop();
    throw error;
  }
}

/** For a server's code to be compiled. */
const WARM_UP_MS = 2500;

/**
 * Loads a server with something else first. A program on Node is at a fraction of its speed until its code
 * is compiled, which goes by how often it has run: variants that ask for little, or for one thing at a
 * time, would never get there.
 */
export async function warmUp(served: Served, load: Load): Promise<void> {
  const generator = await loadServer(served, load);
  try {
    await generator.ask(`run ${WARM_UP_MS}`);
  } finally {
    await generator.stop();
  }
}

/** Ends both. */
export async function stopPair({ served, load }: LoadedPair): Promise<void> {
  await load.stop();
  await served.process.stop();
}

/** A variant of a row: what the generator counts in a turn. */
export const loadedVariant = (peer: Peer, loading: Loading): Variant => ({
  name: peer.title,
  open: async (): Promise<Session> => {
    const pair = await startPair(peer, loading);
    return {
      measure: async () => {
        const { figures, shares } = await watchBoth(pair.served.process, pair.load, () =>
          pair.load.ask(loading.question),
        );
        return { value: loading.value(figures), ...shares };
      },
      close: () => stopPair(pair),
    };
  },
});

/** Answers in a second. */
export const perSecond = ({ count, seconds }: Figures): number => count! / seconds!;

/** Gigabits in a second. */
export const gigabits = ({ bytes, seconds }: Figures): number => (bytes! * 8) / seconds! / 1e9;

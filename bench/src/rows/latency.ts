/**
 * How long a request takes while the server is half busy: requests at a constant rate, counted from the
 * moment when each was due (open loop), on 64 connections. The rate is half of what the slowest of the
 * variants can do, the same for all of them.
 */

import { GENERATOR, requestFor } from '../harness/generator.js';
import { keepAwake, type RunningProcess } from '../harness/processes.js';
import type { Row, Sample, Session, Variant } from '../harness/row.js';
import type { Peer } from '../peers/peer.js';
import { type LoadedPair, type Loading, perSecond, startPair, stopPair, warmUp } from './loaded.js';

const CONNECTIONS = 64;
const SEARCH_MS = 500;
const TURN_MS = 2000;
const SHARE = 0.5;

const LOADING: Loading = {
  service: 'http',
  mode: 'keep',
  connections: CONNECTIONS,
  request: (host) => requestFor(host, '/'),
  question: `run ${SEARCH_MS}`,
  value: perSecond,
};

/** What the variants of a row have found out about each other. */
class Pairs {
  readonly #pairs: LoadedPair[] = [];
  #rate: Promise<number> | null = null;
  /** While there are any. */
  #wakeful: RunningProcess | null = null;

  add(pair: LoadedPair): void {
    if (this.#pairs.length === 0) this.#wakeful = keepAwake();
    this.#pairs.push(pair);
    this.#rate = null;
  }

  async remove(pair: LoadedPair): Promise<void> {
    this.#pairs.splice(this.#pairs.indexOf(pair), 1);
    if (this.#pairs.length === 0) await this.#wakeful?.stop();
  }

  /** Requests per second for all of them, looked for once all are there. */
  rate(): Promise<number> {
    this.#rate ??= this.#search();
    return this.#rate;
  }

  async #search(): Promise<number> {
    let slowest = Number.POSITIVE_INFINITY;
    for (const { load } of this.#pairs) {
      await load.ask(LOADING.question);
      slowest = Math.min(slowest, perSecond(await load.ask(LOADING.question)));
    }
    return Math.floor(slowest * SHARE);
  }
}

type Measure = (pair: LoadedPair, rate: number) => Promise<Sample>;

function variants(peers: readonly Peer[], measure: Measure): Variant[] {
  const pairs = new Pairs();
  return peers.map((peer) => ({
    name: peer.title,
    open: async (): Promise<Session> => {
      const pair = await startPair(peer, LOADING);
      await warmUp(pair.served, LOADING);
      pairs.add(pair);
      return {
        measure: async () => await measure(pair, await pairs.rate()),
        close: async () => {
          await pairs.remove(pair);
          await stopPair(pair);
        },
      };
    },
  }));
}

/** The time that all but one in a hundred took. */
const slowest: Measure = async ({ load }, rate) => ({
  value: (await load.ask(`rate ${TURN_MS} ${rate}`)).p99!,
});

/** The longest wait of the event loop, but for one in a thousand. */
const eventLoopDelay: Measure = async ({ served, load }, rate) => {
  await served.lines!.ask('watch');
  await load.ask(`rate ${TURN_MS} ${rate}`);
  return { value: (await served.lines!.ask('delay')).p999! };
};

/** The 99th percentile, and the delay of the server's event loop. */
export function latencyRows(peers: readonly Peer[], against: readonly string[]): Row[] {
  const common = { moreIsBetter: false, against, generator: GENERATOR, turns: 5 } as const;
  const load = `at half load, ${CONNECTIONS} connections`;
  return [
    {
      ...common,
      name: 'latency',
      title: `p99 of hello ${load}`,
      unit: 'us',
      variants: variants(peers, slowest),
    },
    {
      ...common,
      name: 'delay',
      title: `p99.9 of the event loop's delay ${load}`,
      unit: 'ms',
      variants: variants(peers, eventLoopDelay),
      turns: 3,
      warmUpTurns: 0,
    },
  ];
}

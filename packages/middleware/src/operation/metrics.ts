/**
 * What a server does, in numbers (OpenMetrics 1.0): requests by method, route and class of status, how
 * long they took, octets, connections. Labels are few and none is the client's to choose.
 */

import { Method, Response } from '@netlayers/http';
import type { AccessRecord, Handler, ServerCounters } from '@netlayers/server';
import {
  type MetricFamily,
  type MetricSample,
  OPEN_METRICS_TYPE,
  openMetricsText,
} from './open-metrics.js';

/** Upper ends of the classes of durations, seconds, as OpenTelemetry proposes them. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

const KNOWN_METHODS: ReadonlySet<string> = new Set(Object.values(Method));

/** Labels of what was asked: the route is the pattern that it has matched, left out without one. */
type Labels = Readonly<Record<string, string>>;

/** Durations of requests of one method and route. */
class Histogram {
  readonly labels: Labels;
  readonly counts = new Array<number>(BUCKETS.length + 1).fill(0);
  sum = 0;

  constructor(labels: Labels) {
    this.labels = labels;
  }

  add(seconds: number): void {
    const at = BUCKETS.findIndex((end) => seconds <= end);
    this.counts[at < 0 ? BUCKETS.length : at]!++;
    this.sum += seconds;
  }

  *samples(): Generator<MetricSample> {
    const { labels } = this;
    let count = 0;
    for (const [at, of] of this.counts.entries()) {
      count += of;
      const le = at < BUCKETS.length ? String(BUCKETS[at]) : '+Inf';
      yield { suffix: '_bucket', labels: { ...labels, le }, value: count };
    }
    yield { suffix: '_sum', labels, value: this.sum };
    yield { suffix: '_count', labels, value: count };
  }
}

/** What `tlsTransport` of `@netlayers/node` counts. */
export interface TlsCounts {
  /** Handshakes under way. */
  readonly handshakes: number;
  readonly secured: number;
  readonly failed: number;
  /** Those of the failed ones that were plain HTTP. */
  readonly plain: number;
  /** Connections reset because too many handshakes were under way. */
  readonly refused: number;
}

/** Gives families of its own each time that somebody looks. */
export type MetricSource = () => Iterable<MetricFamily>;

/** Counts what a server does: `new Server({ onAccess: metrics.onAccess })`. */
export class Metrics {
  readonly #requests = new Map<string, { readonly labels: Labels; value: number }>();
  readonly #durations = new Map<string, Histogram>();
  readonly #sources: MetricSource[] = [];
  #bytes = 0;

  /** Counts an answered request. */
  readonly onAccess = (record: AccessRecord): void => {
    const { route, status, bytes, durationMs } = record;
    const method = KNOWN_METHODS.has(record.method) ? record.method : '_OTHER';
    const statusClass = status === 0 ? 'aborted' : `${Math.floor(status / 100)}xx`;
    const asked = `${method} ${route ?? ''}`;
    let durations = this.#durations.get(asked);
    if (durations === undefined) {
      durations = new Histogram(route === null ? { method } : { method, route });
      this.#durations.set(asked, durations);
    }
    durations.add(durationMs / 1000);
    const key = `${statusClass} ${asked}`;
    const requests = this.#requests.get(key);
    if (requests !== undefined) requests.value++;
    else {
      const labels = { ...durations.labels, status: statusClass };
      this.#requests.set(key, { labels, value: 1 });
    }
    this.#bytes += bytes;
  };

  /** Shows numbers of others too. */
  add(source: MetricSource): this {
    this.#sources.push(source);
    return this;
  }

  /** Shows the connections of a server: `metrics.addServer(() => server.counters())`. */
  addServer(counters: () => ServerCounters): this {
    return this.add(() => familiesOf(counters()));
  }

  /** Shows what becomes of TLS handshakes: `metrics.addTls(() => transport.counters())`. */
  addTls(counters: () => TlsCounts): this {
    return this.add(() => tlsFamiliesOf(counters()));
  }

  /** All numbers as text. */
  text(): string {
    return openMetricsText(this.#families());
  }

  /** Answers with all numbers: `server.route('GET', '/metrics', metrics.handler)`. */
  readonly handler: Handler = () =>
    new Response(200, { 'Content-Type': OPEN_METRICS_TYPE, 'Cache-Control': 'no-store' }).body(
      this.text(),
    );

  *#families(): Generator<MetricFamily> {
    yield {
      name: 'http_server_requests',
      type: 'counter',
      help: 'Answered requests.',
      samples: [...this.#requests.values()].map(({ labels, value }) => ({
        suffix: '_total',
        labels,
        value,
      })),
    };
    yield {
      name: 'http_server_request_duration_seconds',
      type: 'histogram',
      unit: 'seconds',
      help: 'From the head of a request to the end of its response.',
      samples: [...this.#durations.values()].flatMap((of) => [...of.samples()]),
    };
    yield {
      name: 'http_server_response_content_bytes',
      type: 'counter',
      unit: 'bytes',
      help: 'Octets of the content of responses.',
      samples: [{ suffix: '_total', value: this.#bytes }],
    };
    for (const source of this.#sources) yield* source();
  }
}

/** What is counted of connections. */
const CONNECTION_COUNTERS = [
  ['accepted', 'http_server_connections_accepted', 'Connections accepted.'],
  ['refused', 'http_server_connections_refused', 'Connections reset because there were too many.'],
  ['aborted', 'http_server_connections_aborted', 'Connections reset because they got no further.'],
  ['rejected', 'http_server_requests_rejected', 'Requests answered without a handler.'],
] as const;

function* familiesOf(counters: ServerCounters): Generator<MetricFamily> {
  yield {
    name: 'http_server_connections',
    type: 'gauge',
    help: 'Connections that are open.',
    samples: [{ value: counters.connections }],
  };
  yield {
    name: 'http_server_held_body_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Octets of request bodies that wait in memory.',
    samples: [{ value: counters.heldBodyBytes }],
  };
  yield {
    name: 'http_server_held_content_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Octets of responses that wait in memory for clients to take them.',
    samples: [{ value: counters.heldContentBytes }],
  };
  for (const [member, name, help] of CONNECTION_COUNTERS) {
    yield { name, type: 'counter', help, samples: [{ suffix: '_total', value: counters[member] }] };
  }
}

/** Every connection of TLS has one result; `plain` is no part of `failed` here, so that they add up. */
function* tlsFamiliesOf(counts: TlsCounts): Generator<MetricFamily> {
  const { handshakes, secured, failed, plain, refused } = counts;
  yield {
    name: 'tls_server_handshakes_under_way',
    type: 'gauge',
    help: 'TLS handshakes under way.',
    samples: [{ value: handshakes }],
  };
  const results = { secured, failed: failed - plain, plain_http: plain, refused };
  yield {
    name: 'tls_server_handshakes',
    type: 'counter',
    help: 'TLS handshakes by what became of them.',
    samples: Object.entries(results).map(([result, value]) => ({
      suffix: '_total',
      labels: { result },
      value,
    })),
  };
}

import { Response } from '@netlayers/http';
import { Metrics, openMetricsText } from '@netlayers/middleware';
import { processMetrics } from '@netlayers/middleware/node';
import { describe, expect, it } from 'vitest';
import { serve, settle } from '../support/serve.js';

/** Samples by their name and labels. */
const samplesOf = (text: string): Map<string, number> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const at = line.lastIndexOf(' ');
        return [line.slice(0, at), Number(line.slice(at + 1))] as const;
      }),
  );

describe('the text [OpenMetrics 1.0]', () => {
  it('says type, unit and help of each family, and its end', () => {
    const text = openMetricsText([
      {
        name: 'a_seconds',
        type: 'counter',
        unit: 'seconds',
        help: 'one\n"two"',
        samples: [
          { suffix: '_total', labels: { x: 'a"b\\c\nd' }, value: 1.5 },
          { suffix: '_total', value: Number.POSITIVE_INFINITY },
        ],
      },
    ]);
    expect(text).toBe(
      '# TYPE a_seconds counter\n# UNIT a_seconds seconds\n# HELP a_seconds one\\n\\"two\\"\n' +
        'a_seconds_total{x="a\\"b\\\\c\\nd"} 1.5\na_seconds_total +Inf\n# EOF\n',
    );
  });
});

describe('the numbers of a server', () => {
  it('count requests, durations, octets and connections', async () => {
    const metrics = new Metrics();
    const site = await serve(
      (server) =>
        server
          .route('GET', '/', () => Response.text('12345'))
          .route(
            'GET',
            '/late',
            () =>
              new Promise<Response>((resolve) => {
                site.clock.setTimer(site.clock.now() + 60, () => resolve(Response.text('')));
              }),
          )
          .route('GET', '/metrics', metrics.handler),
      { onAccess: metrics.onAccess },
    );
    metrics.addServer(() => site.server.counters());
    await site.ask('GET', '/');
    await site.ask('POST', '/');
    await site.ask('FROB', '/');
    await site.ask('GET', '/none/1');
    await site.ask('GET', '/none/2');
    const late = await site.connect();
    late.ask('GET', '/late');
    await settle();
    await site.advance(60);
    await late.answer();
    const { headers, text } = await site.ask('GET', '/metrics');
    expect(headers.get('content-type')).toBe(
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    );
    expect(text).toMatch(/# EOF\n$/);
    const samples = samplesOf(text);
    const requests = (labels: string) => samples.get(`http_server_requests_total{${labels}}`);
    expect(requests('method="GET",route="/",status="2xx"')).toBe(1);
    expect(requests('method="GET",route="/late",status="2xx"')).toBe(1);
    expect(requests('method="GET",status="4xx"')).toBe(2);
    expect(requests('method="POST",route="/",status="4xx"')).toBe(1);
    expect(requests('method="_OTHER",route="/",status="5xx"')).toBe(1);
    const bucket = (le: string) =>
      samples.get(
        `http_server_request_duration_seconds_bucket{method="GET",route="/late",le="${le}"}`,
      );
    expect([
      bucket('0.005'),
      bucket('0.05'),
      bucket('0.075'),
      bucket('10'),
      bucket('+Inf'),
    ]).toEqual([0, 0, 1, 1, 1]);
    expect(
      samples.get('http_server_request_duration_seconds_sum{method="GET",route="/late"}'),
    ).toBeCloseTo(0.06);
    expect(
      samples.get('http_server_request_duration_seconds_count{method="GET",route="/late"}'),
    ).toBe(1);
    expect(samples.get('http_server_response_content_bytes_total')).toBeGreaterThan(5);
    expect(samples.get('http_server_connections')).toBe(7);
    expect(samples.get('http_server_connections_accepted_total')).toBe(7);
  });

  it('are those of TLS too, by what became of the handshakes', () => {
    const counts = { handshakes: 1, secured: 20, failed: 5, plain: 2, refused: 3 };
    const samples = samplesOf(new Metrics().addTls(() => counts).text());
    const of = (result: string) => samples.get(`tls_server_handshakes_total{result="${result}"}`);
    expect(['secured', 'failed', 'plain_http', 'refused'].map(of)).toEqual([20, 3, 2, 3]);
    expect(samples.get('tls_server_handshakes_under_way')).toBe(1);
  });

  it('are those of the process too', () => {
    const samples = samplesOf(new Metrics().add(processMetrics()).text());
    expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(1e7);
    expect(samples.get('process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(samples.get('process_start_time_seconds')).toBeGreaterThan(1.5e9);
    expect(samples.get('nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0);
  });
});

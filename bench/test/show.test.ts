import { describe, expect, it } from 'vitest';
import type { Comparison } from '../src/harness/claim.js';
import { readH2loadReport } from '../src/harness/h2load.js';
import type { MeasuredRow } from '../src/harness/measure-row.js';
import { comparison, figure, times } from '../src/show/figures.js';
import { plot } from '../src/show/plot.js';
import { resultsPage } from '../src/show/results-page.js';
import { table } from '../src/show/table.js';

const ratio = (more: Partial<Comparison> = {}): Comparison => ({
  against: 'node:http',
  median: 1.64,
  low: 1.6,
  high: 1.68,
  verdict: 'faster',
  ...more,
});

const measured = (ours: Comparison): MeasuredRow => ({
  row: {
    name: 'hello',
    title: 'hello <64>',
    unit: 'requests/s',
    moreIsBetter: true,
    variants: [],
    against: ['node:http'],
    generator: 'load.c',
  },
  outcomes: [
    {
      variant: 'ours, TUN',
      runs: [164_000],
      median: 164_000,
      low: 160_000,
      high: 168_000,
      comparisons: [ours],
      server: 0.91,
      client: 0.996,
    },
    {
      variant: 'node:http',
      runs: [100_000],
      median: 100_000,
      low: 99_000,
      high: 101_000,
      comparisons: [],
    },
  ],
  failures: [],
});

describe('figures', () => {
  it('have three digits, or all of those before the point', () => {
    expect([0.1234, 12.345, 123.4, 123_456].map(figure)).toEqual([
      '0.123',
      '12.3',
      '123',
      '123,456',
    ]);
  });

  it('of ratios have as many as they bear', () => {
    expect([0.456, 1.666, 15.55, 321].map(times)).toEqual(['0.46x', '1.67x', '15.6x', '321x']);
  });

  it('of a comparison that is no claim do not show its median', () => {
    expect(comparison(ratio())).toBe('1.64x (1.60x to 1.68x) node:http');
    expect(comparison(ratio({ verdict: 'no claim' }))).toBe('no claim (1.60x to 1.68x) node:http');
    expect(comparison(ratio({ verdict: 'even', median: 1, low: 0.99, high: 1.01 }))).toBe(
      'even, 1.00x (0.99x to 1.01x) node:http',
    );
  });
});

describe('the table', () => {
  it('is Markdown with the ratio first, the baseline named and how busy both sides were', () => {
    const lines = table([measured(ratio())]).split('\n');
    const cells = lines.map((line) => line.split('|').map((cell) => cell.trim()));
    expect(new Set(lines.map(({ length }) => length)).size).toBe(1);
    expect(cells[2]!.slice(1, -1)).toEqual([
      'hello <64> (load.c)',
      'ours, TUN',
      '1.64x (1.60x to 1.68x) node:http',
      '164,000 requests/s',
      '160,000 to 168,000',
      '91 %, 100 %',
    ]);
    expect(cells[3]!.slice(1, 4)).toEqual(['', 'node:http', 'baseline']);
  });
});

describe('the page', () => {
  it('says plainly which rows are lost, and none that is no claim', () => {
    const lost = measured(ratio({ median: 0.5, low: 0.49, high: 0.51, verdict: 'slower' }));
    const page = resultsPage([lost], 'a machine', ['nginx: install nginx']);
    expect(page).toContain('- hello <64>: ours, TUN has 0.50x of node:http.');
    expect(page).toContain('- nginx: install nginx');
    expect(resultsPage([measured(ratio({ verdict: 'no claim' }))], '', [])).not.toContain(
      'we lose',
    );
  });
});

describe('the plot', () => {
  it('is one SVG in which text is escaped and what is no claim is hollow', () => {
    const svg = plot([measured(ratio({ verdict: 'no claim' }))], 'a & b');
    expect(svg).toMatch(/^<svg [^>]*>[\s\S]*<\/svg>\n$/);
    expect(svg).toContain('hello &lt;64&gt;, against node:http');
    expect(svg).toContain('a &amp; b');
    expect(svg).toContain('no claim');
    expect(svg.match(/<circle[^>]*fill="white"/g)).toHaveLength(1);
    expect(plot([measured(ratio())], '')).not.toMatch(/<circle[^>]*fill="white"/);
  });
});

describe('the report of h2load', () => {
  const report =
    'finished in 1.21s, 20000.50 req/s, 2.71MB/s\n' +
    'requests: 20000 total, 20100 started, 20000 done, 20000 succeeded, 0 failed, 0 errored, 0 timeout\n' +
    'traffic: 2.71MB (2842112) total, 12.1KB (12400) headers (space savings 90%), 1.91MB (2000000) data\n';

  it('becomes answers and octets of a second', () => {
    expect(readH2loadReport(report)).toEqual({ count: 20_000.5, bytes: 2_000_050, seconds: 1 });
  });

  it('is a failure where requests failed', () => {
    expect(() => readH2loadReport(report.replace('20000 succeeded', '19999 succeeded'))).toThrow(
      '19999 of 20000',
    );
  });
});

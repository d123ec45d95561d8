/**
 * The text format of OpenMetrics 1.0: families of samples, each with a type, and an end that tells a
 * whole answer from a part of one.
 */

/** One number, and what it is the number of. */
export interface MetricSample {
  /** What the name of the family ends in for this sample: `_total` of a counter, `_bucket`. @default '' */
  readonly suffix?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Samples that belong together. */
export interface MetricFamily {
  /** Ends in its unit, where it has one. */
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Such as `seconds`, `bytes`. */
  readonly unit?: string;
  readonly samples: Iterable<MetricSample>;
}

export const OPEN_METRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

const escaped = (text: string): string => text.replace(/[\\"\n]/g, (one) => ESCAPES[one]!);

const numberText = (value: number): string =>
  Number.isFinite(value)
    ? String(value)
    : Number.isNaN(value)
      ? 'NaN'
      : value > 0
        ? '+Inf'
        : '-Inf';

function labelText(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** Writes families. */
export function openMetricsText(families: Iterable<MetricFamily>): string {
  let text = '';
  for (const { name, type, help, unit, samples } of families) {
    text += `# TYPE ${name} ${type}\n`;
    if (unit !== undefined) text += `# UNIT ${name} ${unit}\n`;
    text += `# HELP ${name} ${escaped(help)}\n`;
    for (const { suffix = '', labels, value } of samples) {
      text += `${name}${suffix}${labelText(labels)} ${numberText(value)}\n`;
    }
  }
  return `${text}# EOF\n`;
}

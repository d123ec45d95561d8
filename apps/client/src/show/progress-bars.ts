/**
 * Bars on the terminal while files are written.
 */

import cliProgress, { type Options, type Params, type SingleBar } from 'cli-progress';
import type { Progress } from './progress.js';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Bytes for people. */
export function shownBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${UNITS[unit]}`;
}

const BAR_WIDTH = 30;

interface Payload {
  readonly name: string;
  readonly known: boolean;
  readonly begun: number;
  readonly from: number;
}

/** One line: how far, how much, how fast, how long it will take. */
export function lineOf(
  params: Pick<Params, 'value' | 'total'>,
  payload: Payload,
  now: number,
): string {
  const { value, total } = params;
  const spent = Math.max(1, now - payload.begun) / 1000;
  const speed = (value - payload.from) / spent;
  const name = payload.name.slice(-30);
  const rate = `${shownBytes(speed)}/s`;
  if (!payload.known) return `${name} ${shownBytes(value)} ${rate}`;
  const part = total === 0 ? 1 : value / total;
  const full = Math.round(part * BAR_WIDTH);
  const bar = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
  const left = speed > 0 ? ` ${Math.ceil((total - value) / speed)} s left` : '';
  const end = value >= total ? ` in ${spent.toFixed(1)} s` : left;
  return `${name} ${bar} ${Math.floor(part * 100)}% ${shownBytes(value)} of ${shownBytes(total)} ${rate}${end}`;
}

/** The bars of a run. */
export class ProgressBars {
  readonly #bars: cliProgress.MultiBar;

  constructor(stream: NodeJS.WritableStream = process.stderr) {
    this.#bars = new cliProgress.MultiBar({
      stream,
      hideCursor: true,
      emptyOnZero: true,
      format: (_: Options, params: Params, payload: Payload) =>
        lineOf(params, payload, performance.now()),
    });
  }

  /** One more transfer. */
  open(): Progress {
    let bar: SingleBar | null = null;
    return {
      begin: (name, done, total) => {
        const payload: Payload = {
          name,
          known: total !== null,
          begun: performance.now(),
          from: done,
        };
        bar ??= this.#bars.create(total ?? 0, done, payload);
      },
      add: (bytes) => bar?.increment(bytes),
      end: () => bar?.stop(),
    };
  }

  /** Leaves the bars as they are, and the cursor to whoever comes next. */
  close(): void {
    this.#bars.stop();
  }
}

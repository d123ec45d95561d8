/**
 * Values of options: in their bounds, or a line that names the option and says what would do.
 * What was not given stays `null`, so that nobody hands on what nobody asked for.
 */

import { isIPv4 } from 'node:net';
import { UsageError } from './usage-error.js';

/**
 * A whole number from `low` to `high`.
 *
 * @throws UsageError
 */
export function wholeNumber(
  name: string,
  value: number | undefined,
  low: number,
  high: number,
): number | null {
  if (value === undefined) return null;
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new UsageError(`--${name} is a whole number from ${low} to ${high}`);
  }
  return value;
}

/**
 * Seconds from `low` to `high`, fractions too, as milliseconds.
 *
 * @throws UsageError
 */
export function secondsInMs(
  name: string,
  value: number | undefined,
  low: number,
  high: number,
): number | null {
  if (value === undefined) return null;
  if (!(value >= low && value <= high)) {
    throw new UsageError(`--${name} is ${low} to ${high} seconds`);
  }
  return value * 1000;
}

/**
 * An IPv4 address as text.
 *
 * @throws UsageError
 */
export function ipv4Address(name: string, text: string, example: string): string {
  if (!isIPv4(text)) {
    throw new UsageError(`--${name} is an IPv4 address such as ${example}, not ${text}`);
  }
  return text;
}

/** What was given, without what was not. */
export type Given<T> = { [K in keyof T]?: NonNullable<T[K]> };

/** Leaves out what is `null` or `undefined`, to be spread into options that have defaults. */
export function given<T extends object>(values: T): Given<T> {
  const entries = Object.entries(values).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  return Object.fromEntries(entries) as Given<T>;
}

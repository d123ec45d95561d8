/**
 * The check of an option that is a whole number, with one line that says what it may be.
 */

/** Returns `value`. @throws RangeError unless it is an integer from `least` to `most`. */
export function checkedInteger(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${name} is an integer from ${least} to ${most}, not ${value}`);
}

/**
 * A first look at options that somebody has written by hand: a name that does not exist and one that
 * is missing are told in one line, instead of being ignored or failing somewhere below.
 */

/** The names of an interface's options, and whether each has to be given; the compiler completes it. */
export type OptionNames<T> = { readonly [K in keyof Required<T>]: 'needed' | 'optional' };

/** Letters in which two names differ, at most, for one to be taken for the other. */
const TYPO = 2;

/**
 * Checks `options` against the names that `what` takes.
 *
 * @throws TypeError for options that are no object, a name that is unknown, or one that is missing.
 */
export function checkOptions<T extends object>(
  what: string,
  options: T,
  names: OptionNames<T>,
): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${what} takes an object of options, not ${String(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    const meant = Object.keys(names).find((known) => distance(known, name) <= TYPO);
    const hint =
      meant === undefined ? `it has ${Object.keys(names).join(', ')}` : `is it ${meant}?`;
    throw new TypeError(`${what} has no option ${name}; ${hint}`);
  }
  for (const [name, kind] of Object.entries(names)) {
    if (kind === 'needed' && options[name as keyof T] === undefined) {
      throw new TypeError(`${what} needs the option ${name}`);
    }
  }
}

/** Letters to change, add or take away (Levenshtein), case aside. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1]!.toLowerCase() === b[j - 1]!.toLowerCase();
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (isSame ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

/**
 * What a shared suite needs of the test runner, so that it does not choose one: a part of what
 * vitest, jest and bun:test have in common.
 */

/** The checks of a shared suite. */
export interface SuiteExpectation {
  toBe(value: unknown): void;
  toEqual(value: unknown): void;
  toBeGreaterThan(value: number): void;
  toBeGreaterThanOrEqual(value: number): void;
  toBeLessThanOrEqual(value: number): void;
}

/** A test runner, as far as a shared suite uses it. */
export interface SuiteTools {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => void | Promise<void>): void;
  expect(value: unknown, message?: string): SuiteExpectation;
}

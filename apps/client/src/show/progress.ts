/**
 * How far a transfer is, for whoever shows it.
 */

/** Shows how far one transfer is. */
export interface Progress {
  /** @param total bytes; `null` where only the end will tell. */
  begin(name: string, done: number, total: number | null): void;
  add(bytes: number): void;
  end(): void;
}

/** Shows nothing. */
export const NO_PROGRESS: Progress = { begin() {}, add() {}, end() {} };

/**
 * A row of the table: one thing that is measured, in several variants, some of which the others are
 * compared with.
 *
 * The processes of all variants live side by side and are measured in turns of a part of a second, so
 * that a slow moment of the machine hits neighbours; every other turn goes backwards. Who is not asked
 * does nothing.
 */

/** One run, and how busy the two sides were, as shares of one core. */
export interface Sample {
  readonly value: number;
  readonly server?: number;
  readonly client?: number;
}

/** The processes of one variant. */
export interface Session {
  /** Runs once. */
  measure(): Promise<Sample>;
  close(): Promise<void>;
}

/** One way to do what a row measures. */
export interface Variant {
  readonly name: string;
  open(): Promise<Session>;
}

/** What is measured. */
export interface Row {
  /** What it is called on the command line; several rows may share one. */
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  /** Whether a larger figure is better. */
  readonly moreIsBetter: boolean;
  readonly variants: readonly Variant[];
  /** Names of the variants that all others are divided by; those that do not run here are left out. */
  readonly against: readonly string[];
  /** Who makes the load. */
  readonly generator?: string;
  /** How often the processes are started. @default 1 */
  readonly starts?: number;
  /** Turns after each start, not counting those that warm up. @default 7 */
  readonly turns?: number;
  /** First turns that are run and thrown away, until code is compiled and memory has its size. @default 1 */
  readonly warmUpTurns?: number;
}

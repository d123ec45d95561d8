/**
 * The guard: this checkout beside a commit, in one interleaved run.
 */

import process from 'node:process';
import { measureRow, type Pace } from '../harness/measure-row.js';
import { THIS } from '../peers/ours.js';
import { progressOn } from '../show/console.js';
import { comparison } from '../show/figures.js';
import { describeSurroundings, surroundings } from '../show/surroundings.js';
import { buildBefore, commitBefore, GuardError } from './before.js';
import { quickRows } from './quick-rows.js';
import { BEFORE, type Change, changesOf, MOST_LOST, passes } from './verdict.js';

/** What the guard is asked. */
export interface GuardOptions {
  readonly against: string | null;
  /** Rows to run; none = all of them. */
  readonly names: readonly string[];
  readonly pace: Pace;
  /** Enters the namespace of the run; returns why there is none, or `null`. */
  enterNamespace(): string | null;
}

function lineOf({ title, variant, kind, ratio }: Change): string {
  const what = ratio === undefined ? kind : comparison({ ...ratio, against: '' }).trim();
  return `${kind === 'lost' || kind === 'failed' ? 'LOST' : '    '}  ${title}, ${variant}: ${what}`;
}

async function compareWith({
  against,
  names,
  pace,
  enterNamespace,
}: GuardOptions): Promise<boolean> {
  const progress = progressOn(process.stderr);
  const commit = commitBefore(against);
  console.log(`now, beside ${commit.slice(0, 10)}: above 1 is better now`);
  const bench = await buildBefore(commit, progress.say);
  // Only now: building may need what the namespace has no way to.
  const noTun = enterNamespace();
  const all = quickRows(THIS, { bench, suffix: BEFORE }, noTun === null);
  const rows = names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
  if (rows.length === 0) {
    const known = [...new Set(all.map(({ name }) => name))];
    throw new GuardError(`no such row: choose from ${known.join(', ')}`);
  }
  console.log(`${describeSurroundings(surroundings())}\n`);
  const changes: Change[] = [];
  for (const row of rows) {
    const measured = await measureRow(row, pace, progress.say);
    progress.done();
    const ofRow = changesOf(measured);
    for (const change of ofRow) console.log(lineOf(change));
    for (const { variant, reason } of measured.failures) console.error(`  ${variant}: ${reason}`);
    changes.push(...ofRow);
  }
  const lost = changes.filter(({ kind }) => kind === 'lost' || kind === 'failed').length;
  const most = `more than ${MOST_LOST * 100} % beyond the spread`;
  console.log(lost === 0 ? `\nnothing lost ${most}` : `\n${lost} lost ${most}`);
  return passes(changes);
}

/** Runs the guard; returns the exit code: 0, 1 for a loss, 2 where it could not be run. */
export async function runGuard(options: GuardOptions): Promise<number> {
  try {
    return (await compareWith(options)) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof GuardError)) throw error;
    console.error(`netlayers: ${error.message}`);
    return 2;
  }
}

/**
 * One clause of an RFC: what it asks for, in our words, and where it is done.
 *
 * @typedef {object} Clause
 * @property {string} id As tests name it in `[RFC 9293 MUST-13]`: a number of the RFC's own, or a
 *   section, with a step where the section has several rules (`3.10.7.4 second`). Without commas.
 * @property {string} statement
 * @property {readonly string[]} where Files below `packages/tcp/src`, or below the root where they
 *   begin with `packages/`, each with the names behind it that do it: `sending/emit.ts emitSegment`.
 *   Empty = nowhere.
 * @property {boolean} isDone Whether it is done as it is asked for.
 * @property {string} note What a reader of the source has to know besides: values, differences.
 * @property {string} reason Why it is not done, or why no test proves it. Empty = a test has to.
 */

/** The files of a clause: one, several, or none (`''`). */
const filesOf = (where) => (where === '' ? [] : [where].flat());

/** A clause that is done, and that a test has to prove. */
export const done = (id, statement, where, note = '') => ({
  id,
  statement,
  where: filesOf(where),
  isDone: true,
  note,
  reason: '',
});

/** A clause that is done, and that no test here can prove. */
export const untested = (id, statement, where, reason) => ({
  id,
  statement,
  where: filesOf(where),
  isDone: true,
  note: '',
  reason,
});

/** A clause that is not done, on purpose; `where` is what is done instead, which tests may show. */
export const not = (id, statement, reason, where = '') => ({
  id,
  statement,
  where: filesOf(where),
  isDone: false,
  note: '',
  reason,
});

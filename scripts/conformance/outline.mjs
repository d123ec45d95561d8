/**
 * Pages of RFCs whose clauses are not listed one by one: of each section, the tests that name it.
 *
 * An outline is `{ number, title, sections }`, the titles of sections by number; where the sections are
 * `null`, whatever looks like a number of one is taken.
 */

import { linkTo } from './render.mjs';

const SECTION = /^\d+(\.\d+)*$/;

/** Whether an outline has a section. */
const has = ({ sections }, id) =>
  sections === null ? SECTION.test(id) : Object.hasOwn(sections, id);

const byNumber = (a, b) => a.localeCompare(b, 'en', { numeric: true });

/** The tests of an RFC, by section. */
const testsOf = ({ number }, byClause) =>
  [...byClause]
    .filter(([key]) => key.startsWith(`${number} `))
    .map(([key, files]) => [key.slice(`${number} `.length), files])
    .sort(([a], [b]) => byNumber(a, b));

/** Tags that name no section of an outline, one line each. */
export const problemsOfOutlines = (outlines, { byClause }) =>
  outlines.flatMap((outline) =>
    testsOf(outline, byClause)
      .filter(([id]) => !has(outline, id))
      .flatMap(([id, files]) =>
        [...files.keys()].map(
          (path) => `${path} names RFC ${outline.number} ${id}, which is no section`,
        ),
      ),
  );

/** The text of a page. */
export function renderOutlines(outlines, { byClause }, introduction) {
  const links = new Map();
  const parts = [introduction];
  for (const outline of outlines) {
    const tests = testsOf(outline, byClause);
    if (tests.length === 0) continue;
    const rows = tests.map(([id, files]) => {
      const cells = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
      const list = cells.map(
        ([path, count]) => linkTo(path, links) + (count > 1 ? ` ${count}` : ''),
      );
      return `| ${id} | ${outline.sections?.[id] ?? ''} | ${list.join(', ')} |`;
    });
    parts.push(`## RFC ${outline.number}: ${outline.title}\n`);
    parts.push(['| section | about | tests |', '|---|---|---|', ...rows, ''].join('\n'));
  }
  const targets = [...links].sort(([a], [b]) => (a < b ? -1 : 1));
  parts.push(`${targets.map(([label, path]) => `[${label}]: ${path}`).join('\n')}\n`);
  return parts.join('\n');
}

/**
 * `npm run conformance`: whether every clause of the RFCs has a test that names it, or a reason, and
 * whether docs/rfc9293.md says so. `--update` writes the page.
 *
 * Prints what is wrong, one line each, and exits with 1 if anything is.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { collectTests, findProblems } from './conformance/check.mjs';
import { documents } from './conformance/documents.mjs';
import { renderPage } from './conformance/render.mjs';
import { ROOT } from './run-command.mjs';
import { testFiles } from './test-files.mjs';

const PAGE = 'docs/rfc9293.md';

const readTests = () =>
  testFiles().map((path) => ({ path, source: readFileSync(join(ROOT, path), 'utf8') }));

const sourceOf = (path) => {
  const file = join(ROOT, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
};

/** What is wrong with the page: `null` = there is none. */
export const problemOfPage = (page, wanted) =>
  page === wanted ? [] : [`${PAGE} is out of date: npm run conformance -- --update`];

/**
 * Checks the repository.
 *
 * @returns what is wrong, the state of the page included, and what the page has to be.
 */
export function checkRepository() {
  const tests = collectTests(readTests());
  const problems = findProblems(documents, tests, sourceOf);
  const page = renderPage(documents, tests);
  return { problems: [...problems, ...problemOfPage(sourceOf(PAGE), page)], page };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const update = process.argv.includes('--update');
  if (update) writeFileSync(join(ROOT, PAGE), checkRepository().page);
  const { problems } = checkRepository();
  for (const problem of problems) console.log(problem);
  console.log(
    problems.length === 0 ? 'conformance: ok' : `conformance: ${problems.length} problems`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
}

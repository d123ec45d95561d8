/**
 * `npm run conformance`: whether every clause of the RFCs has a test that names it, or a reason, and
 * whether the pages in docs say so: docs/rfc9293.md, docs/rfc768.md, docs/http.md. `--update` writes them.
 *
 * Prints what is wrong, one line each, and exits with 1 if anything is.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { collectTests, findProblems } from './conformance/check.mjs';
import { problemsOfOutlines, renderOutlines } from './conformance/outline.mjs';
import { outlinePages, pages } from './conformance/pages.mjs';
import { renderPage } from './conformance/render.mjs';
import { ROOT } from './run-command.mjs';
import { testFiles } from './test-files.mjs';

const readTests = () =>
  testFiles().map((path) => ({ path, source: readFileSync(join(ROOT, path), 'utf8') }));

const sourceOf = (path) => {
  const file = join(ROOT, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
};

/** What is wrong with a page: `null` = there is none. */
export const problemOfPage = (page, wanted, path) =>
  page === wanted ? [] : [`${path} is out of date: npm run conformance -- --update`];

/**
 * Checks the repository.
 *
 * @returns what is wrong, the state of the pages included, and what each page has to be.
 */
export function checkRepository() {
  const tests = collectTests(readTests());
  const outlines = outlinePages.flatMap((page) => page.outlines);
  const wanted = [
    ...pages.map(({ path, introduction, documents }) => ({
      path,
      text: renderPage(documents, tests, introduction),
    })),
    ...outlinePages.map((page) => ({
      path: page.path,
      text: renderOutlines(page.outlines, tests, page.introduction),
    })),
  ];
  const problems = [
    ...findProblems(
      pages.flatMap(({ documents }) => documents),
      tests,
      sourceOf,
      outlines.map(({ number }) => number),
    ),
    ...problemsOfOutlines(outlines, tests),
    ...wanted.flatMap(({ path, text }) => problemOfPage(sourceOf(path), text, path)),
  ];
  return { problems, pages: wanted };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const update = process.argv.includes('--update');
  if (update) {
    for (const { path, text } of checkRepository().pages) writeFileSync(join(ROOT, path), text);
  }
  const { problems } = checkRepository();
  for (const problem of problems) console.log(problem);
  console.log(
    problems.length === 0 ? 'conformance: ok' : `conformance: ${problems.length} problems`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
}

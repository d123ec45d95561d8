/**
 * `npm run conformance`: whether every clause of the RFCs has a test that names it, or a reason, and
 * whether docs/rfc9293.md says so. `--update` writes the page.
 *
 * Prints what is wrong, one line each, and exits with 1 if anything is.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { collectTests, findProblems } from './conformance/check.mjs';
import { documents } from './conformance/documents.mjs';
import { renderPage } from './conformance/render.mjs';
import { ROOT } from './run-command.mjs';

const PAGE = 'docs/rfc9293.md';

/** Folders with tests; suites that several implementations run are in the kit. */
function testFolders() {
  const inside = ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}/test`),
  );
  return [...inside, 'packages/testkit/src', 'tests', 'bench/test'];
}

function readTests() {
  return testFolders()
    .filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
        .sort()
        .map((name) => ({ path: `${folder}/${name.replaceAll('\\', '/')}` })),
    )
    .map(({ path }) => ({ path, source: readFileSync(join(ROOT, path), 'utf8') }));
}

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

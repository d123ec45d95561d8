/**
 * Joins the clauses with the tests that name them, and says what does not fit. Nothing here reads a
 * file by itself: the tests of this script hand in repositories of their own.
 */

import { readTags } from './tags.mjs';

/** Where a file of `where` lies in the repository. */
export const pathOf = (where) => {
  const [file] = where.split(' ');
  return file.startsWith('packages/') ? file : `packages/tcp/src/${file}`;
};

/**
 * Reads all tests.
 *
 * @param files `{ path, source }` of each file of tests.
 * @returns `files` of each clause, by `9293 MUST-13`, each with its number of titles; and `strays`.
 */
export function collectTests(files) {
  const byClause = new Map();
  const strays = [];
  for (const { path, source } of files) {
    for (const { rfc, clause, tag, isTitle } of readTags(source)) {
      if (!isTitle || clause === '') {
        strays.push({ path, tag, isTitle });
        continue;
      }
      const key = `${rfc} ${clause}`;
      const counts = byClause.get(key) ?? new Map();
      byClause.set(key, counts.set(path, (counts.get(path) ?? 0) + 1));
    }
  }
  return { byClause, strays };
}

/** Whether a clause is a rule of a section: `6.2 step 3` of 6.2, 4.2.1 of 4.2. */
export const isWithin = (id, section) =>
  id.startsWith(`${section} `) || id.startsWith(`${section}.`);

/** What is wrong with the data itself. */
function problemsOfData(documents, sourceOf) {
  const problems = [];
  const seen = new Set();
  for (const { number, sections } of documents) {
    for (const { id, where, reason } of sections.flatMap(({ clauses }) => clauses)) {
      const name = `RFC ${number} ${id}`;
      if (seen.has(name)) problems.push(`${name} is there twice`);
      seen.add(name);
      if (where.length === 0 && reason === '') {
        problems.push(`${name} has neither a place in the source nor a reason`);
      }
      for (const place of where) {
        const path = pathOf(place);
        const source = sourceOf(path);
        if (source === null) problems.push(`${name} is done in ${path}, which does not exist`);
        for (const word of source === null ? [] : place.split(' ').slice(1)) {
          if (!source.includes(word)) problems.push(`${name}: there is no ${word} in ${path}`);
        }
      }
    }
  }
  return problems;
}

/**
 * Everything that is wrong, one line each.
 *
 * @param documents the RFCs, see `documents.mjs`.
 * @param tests of `collectTests`.
 * @param sourceOf text of a file of the repository; `null` = there is none.
 * @param elsewhere numbers of RFCs that are looked at in another way, see `outline.mjs`.
 */
export function findProblems(documents, { byClause, strays }, sourceOf, elsewhere = []) {
  const problems = problemsOfData(documents, sourceOf);
  const known = [];
  for (const { number, sections } of documents) {
    for (const { id, reason } of sections.flatMap(({ clauses }) => clauses)) {
      known.push(`${number} ${id}`);
      if (reason === '' && !byClause.has(`${number} ${id}`)) {
        problems.push(`RFC ${number} ${id} has neither a test nor a reason`);
      }
    }
  }
  for (const [key, files] of byClause) {
    // A title may name a section whose rules are listed one by one: it proves none of them.
    if (known.some((id) => id === key || isWithin(id, key))) continue;
    if (elsewhere.includes(Number(key.split(' ', 1)[0]))) continue;
    for (const path of files.keys())
      problems.push(`${path} names RFC ${key}, which is no clause here`);
  }
  for (const { path, tag, isTitle } of strays) {
    problems.push(
      `${path}: ${tag} ${isTitle ? 'names no clause' : 'is not in the title of a test'}`,
    );
  }
  return problems;
}

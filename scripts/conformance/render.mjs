/** Writes `docs/rfc9293.md`: a table for each section of each RFC. */

import { pathOf } from './check.mjs';

const INTRODUCTION = `# TCP, clause by clause

<!-- Written by \`npm run conformance -- --update\` from scripts/conformance and the titles of tests. -->

What the RFCs of TCP ask for, in our words: where it is done, and which tests fail when it is not.
_Not done_ comes with its reason, and so does what no test here can prove. Sources are of
\`packages/tcp/src\` unless their path says otherwise; tests are of \`packages/tcp/test\`, too.

The tests of a clause name it in their titles, as in \`[RFC 9293 MUST-13]\`, so that
\`npx vitest run -t 'RFC 9293 [^\\]]*MUST-13\\b'\` runs them. The clauses are in \`scripts/conformance\`.
`;

const cell = (text) => text.replaceAll('|', '\\|');

/** `[layer/isn]` and where it leads, for a table that stays readable as text. */
function linkTo(path, links) {
  const name = path
    .replace(/^packages\/tcp\/(test|src)\//, '')
    .replace(/^packages\//, '')
    .replace(/(\.test)?\.ts$/, '');
  const label =
    path.includes('/src/') && !path.startsWith('packages/testkit') ? `${name}.ts` : name;
  links.set(label, `../${path}`);
  return `[${label}]`;
}

function whereCell({ where, isDone, note, reason }, links) {
  const places = where.map((place) => {
    const names = place.split(' ').slice(1);
    return [linkTo(pathOf(place), links), ...names.map((name) => `\`${name}\``)].join(' ');
  });
  const text = [places.join(', ')];
  if (note !== '') text.push(note);
  if (reason !== '') text.push(`_Not ${isDone ? 'tested' : 'done'}_: ${reason}`);
  return text.filter((part) => part !== '').join('. ');
}

const testsCell = (files, links) =>
  [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, count]) => linkTo(path, links) + (count > 1 ? ` ${count}` : ''))
    .join(', ');

function count(documents, byClause) {
  const clauses = documents.flatMap(({ number, sections }) =>
    sections.flatMap((section) =>
      section.clauses.map(({ id, isDone }) => ({ number, id, isDone })),
    ),
  );
  const present = clauses.filter(({ isDone }) => isDone);
  const tested = present.filter(({ number, id }) => byClause.has(`${number} ${id}`));
  const rest = `${present.length - tested.length} without, ${clauses.length - present.length} not`;
  return `${clauses.length} clauses of ${documents.length} RFCs: ${tested.length} done with tests, ${rest} done.\n`;
}

/** The text of the page. */
export function renderPage(documents, { byClause }) {
  const links = new Map();
  const parts = [INTRODUCTION, count(documents, byClause)];
  for (const { number, title, sections } of documents) {
    parts.push(`## RFC ${number}: ${title}\n`);
    for (const section of sections) {
      if (section.title !== '') parts.push(`### ${section.title}\n`);
      const rows = section.clauses.map((clause) => {
        const files = byClause.get(`${number} ${clause.id}`) ?? new Map();
        const cells = [
          clause.id,
          clause.statement,
          whereCell(clause, links),
          testsCell(files, links),
        ];
        return `| ${cells.map(cell).join(' | ')} |`;
      });
      parts.push(
        ['| clause | what it asks for | where | tests |', '|---|---|---|---|', ...rows, ''].join(
          '\n',
        ),
      );
    }
  }
  const targets = [...links].sort(([a], [b]) => (a < b ? -1 : 1));
  parts.push(`${targets.map(([label, path]) => `[${label}]: ${path}`).join('\n')}\n`);
  return parts.join('\n');
}

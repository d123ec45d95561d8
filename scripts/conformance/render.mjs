/** Writes a page of `pages.mjs`: a table for each section of each RFC. */

import { isWithin, pathOf } from './check.mjs';

const cell = (text) => text.replaceAll('|', '\\|');

/** `[layer/isn]` and where it leads, for a table that stays readable as text. */
export function linkTo(path, links) {
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

/** Sections that titles name as a whole, although their rules are listed one by one. */
function wholeSections({ number, sections }, byClause) {
  const ids = sections.flatMap(({ clauses }) => clauses.map(({ id }) => id));
  return [...byClause.keys()]
    .filter((key) => key.startsWith(`${number} `))
    .map((key) => key.slice(`${number} `.length))
    .filter((section) => !ids.includes(section))
    .sort()
    .map((section) => ({ section, before: ids.find((id) => isWithin(id, section)) }));
}

const rowOf = (...cells) => `| ${cells.map(cell).join(' | ')} |`;

/** The text of a page, whose first paragraphs are given. */
export function renderPage(documents, { byClause }, introduction = '') {
  const links = new Map();
  const parts = [introduction, count(documents, byClause)];
  for (const document of documents) {
    const { number, title, sections } = document;
    const wholes = wholeSections(document, byClause);
    const tests = (id) => testsCell(byClause.get(`${number} ${id}`) ?? new Map(), links);
    parts.push(`## RFC ${number}: ${title}\n`);
    for (const section of sections) {
      if (section.title !== '') parts.push(`### ${section.title}\n`);
      const rows = section.clauses.flatMap((clause) => [
        ...wholes
          .filter(({ before }) => before === clause.id)
          .map((whole) => rowOf(whole.section, 'as a whole', '', tests(whole.section))),
        rowOf(clause.id, clause.statement, whereCell(clause, links), tests(clause.id)),
      ]);
      parts.push(
        [
          rowOf('clause', 'what it asks for', 'where', 'tests'),
          '|---|---|---|---|',
          ...rows,
          '',
        ].join('\n'),
      );
    }
  }
  const targets = [...links].sort(([a], [b]) => (a < b ? -1 : 1));
  parts.push(`${targets.map(([label, path]) => `[${label}]: ${path}`).join('\n')}\n`);
  return parts.join('\n');
}

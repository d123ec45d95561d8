import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { nodeProblem, OLDEST_NODE } from '../src/node-version.js';

const enginesOf = (app: string): string =>
  JSON.parse(readFileSync(new URL(`../../${app}/package.json`, import.meta.url), 'utf8')).engines
    .node;

it.each(['server', 'client'])('is the version that %s asks for', (app) => {
  expect(enginesOf(app)).toBe(`>=${OLDEST_NODE}`);
});

it.each(['18.20.8', '20.18.3', '9.0.0'])('refuses %s in one line', (version) => {
  const problem = nodeProblem(version);
  expect(problem).toContain(`Node.js ${OLDEST_NODE} or newer is needed, and this is ${version}`);
  expect(problem).not.toContain('\n');
});

it.each(['20.19.0', '20.20.2', '22.0.0', '24.1.0-nightly2026'])('takes %s', (version) => {
  expect(nodeProblem(version)).toBeNull();
});

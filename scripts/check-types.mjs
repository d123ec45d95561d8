/**
 * Checks the types of the whole repository: `npm test` runs it after installing.
 *
 * Every `tsconfig.json` says for itself what its files may use. Those that say the same are checked
 * as one program, so that the libraries and the lower layers are read a few times and not thirty
 * times. Nothing is remembered between runs: a package whose dependency has changed is checked
 * again.
 */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from './run-command.mjs';

/** "No inputs were found": a package without tests yet. */
const NO_INPUTS = 18003;

const host = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => ROOT,
  getNewLine: () => '\n',
};

/** Every `tsconfig.json` of the workspace. */
function configFiles() {
  const inside = ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(ROOT, parent)).map((name) => join(ROOT, parent, name)),
  );
  const single = ['examples', 'bench', 'tests'].map((name) => join(ROOT, name));
  return [...inside, ...single]
    .flatMap((folder) => ['', 'node/', 'test/'].map((part) => join(folder, part, 'tsconfig.json')))
    .filter((file) => existsSync(file));
}

/** Groups the files of all projects by their compiler options; `problems` gets what is wrong. */
function readProjects(problems) {
  const groups = new Map();
  for (const file of configFiles()) {
    const project = ts.getParsedCommandLineOfConfigFile(file, undefined, {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => problems.push(diagnostic),
    });
    if (project === undefined) continue;
    problems.push(...project.errors.filter(({ code }) => code !== NO_INPUTS));
    const { configFilePath: _, ...options } = project.options;
    const key = JSON.stringify(options);
    const group = groups.get(key) ?? { options, files: [] };
    group.files.push(...project.fileNames);
    groups.set(key, group);
  }
  return [...groups.values()];
}

const problems = [];
for (const { options, files } of readProjects(problems)) {
  // Where the compiler begins to look for `@types`, which only the root has.
  const program = ts.createProgram(files, {
    ...options,
    configFilePath: join(ROOT, 'tsconfig.json'),
  });
  problems.push(...ts.getPreEmitDiagnostics(program));
}
const reported = ts.sortAndDeduplicateDiagnostics(problems);
if (reported.length > 0) {
  console.log(ts.formatDiagnosticsWithColorAndContext(reported, host));
  console.log(`${reported.length} type errors`);
  process.exitCode = 1;
}

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

const registry = ts.createDocumentRegistry();
const readings = new Map();

/** A compiler host for which the programs share what they read in the same way. */
function sharingHost(options) {
  const sharing = ts.createCompilerHost(options);
  const { getSourceFile } = sharing;
  sharing.getSourceFile = (path, language, ...rest) => {
    const settings = registry.getKeyForCompilationSettings(options);
    const key = `${path} ${settings} ${language.impliedNodeFormat}`;
    if (!readings.has(key)) readings.set(key, getSourceFile.call(sharing, path, language, ...rest));
    return readings.get(key);
  };
  return sharing;
}

/** What is wrong with a group. A file that it imports from another one is checked there, once. */
function problemsOf({ options, files }, everybodys) {
  // Where the compiler begins to look for `@types`, which only the root has.
  const all = { ...options, configFilePath: join(ROOT, 'tsconfig.json') };
  const program = ts.createProgram(files, all, sharingHost(all));
  const own = new Set(files);
  const checked = program
    .getSourceFiles()
    .filter(({ fileName }) => own.has(fileName) || !everybodys.has(fileName));
  return [
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...checked.flatMap((file) => ts.getPreEmitDiagnostics(program, file)),
  ];
}

const problems = [];
const groups = readProjects(problems);
const everybodys = new Set(groups.flatMap(({ files }) => files));
for (const group of groups) problems.push(...problemsOf(group, everybodys));
const reported = ts.sortAndDeduplicateDiagnostics(problems);
if (reported.length > 0) {
  console.log(ts.formatDiagnosticsWithColorAndContext(reported, host));
  console.log(`${reported.length} type errors`);
  process.exitCode = 1;
}

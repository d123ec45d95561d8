/**
 * The TypeScript compiler for tests that compile a few lines over and over: what stands in files,
 * the libraries of the language first of all, is read once in a process.
 */

import { join } from 'node:path';
import ts from 'typescript';

/** Sources by what they are read for; within one entry the compiler may share them. */
const readings = new Map<string, Map<string, ts.SourceFile | undefined>>();
const registry = ts.createDocumentRegistry();

/** A compiler host that remembers files, and believes in one more: `path` with `text`. */
export function rememberingHost(
  options: ts.CompilerOptions,
  probe?: { readonly path: string; readonly text: string },
): ts.CompilerHost {
  const host = ts.createCompilerHost(options, true);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => path === probe?.path || fileExists.call(host, path);
  host.getSourceFile = (path, language) => {
    if (path === probe?.path) return ts.createSourceFile(path, probe.text, language, true);
    // A file is another one where it is a module of another kind.
    const { impliedNodeFormat = 0 } = typeof language === 'object' ? language : {};
    const key = `${registry.getKeyForCompilationSettings(options)} ${impliedNodeFormat}`;
    const known = readings.get(key) ?? new Map<string, ts.SourceFile | undefined>();
    readings.set(key, known);
    if (!known.has(path)) known.set(path, getSourceFile.call(host, path, language));
    return known.get(path);
  };
  return host;
}

/** The compiler options of a package. */
export function optionsOf(folder: string): ts.CompilerOptions {
  const config = ts.getParsedCommandLineOfConfigFile(join(folder, 'tsconfig.json'), undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
      throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
    },
  });
  if (config === undefined) throw new Error(`no tsconfig.json in ${folder}`);
  return config.options;
}

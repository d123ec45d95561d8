/**
 * What the built files of a package say of themselves: what they import, and what they were made of.
 */

import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { ROOT, type WorkspacePackage } from './workspace.js';

/** The modules that a built file imports. */
export interface Imports {
  /** Loaded with it. */
  readonly fixed: readonly string[];
  /** Loaded when it asks for them. */
  readonly dynamic: readonly string[];
}

/** Reads the imports of a built file. */
export function importsOf(file: string): Imports {
  const parsed = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const fixed: string[] = [];
  const dynamic: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
      const from = node.moduleSpecifier;
      if (from !== undefined && ts.isStringLiteral(from)) fixed.push(from.text);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [name] = node.arguments;
      if (name !== undefined && ts.isStringLiteral(name)) dynamic.push(name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return { fixed, dynamic };
}

/** What is loaded with a built file: paths of its own package, itself included, and names of others. */
export function loadedWith(file: string, seen = new Set<string>([file])): Set<string> {
  for (const name of importsOf(file).fixed) {
    const path = name.startsWith('.') ? join(file, '..', name) : name;
    if (seen.has(path)) continue;
    seen.add(path);
    if (name.startsWith('.')) loadedWith(path, seen);
  }
  return seen;
}

/** The sources that a source map names, from the repository's folder on. */
export function sourcesOf({ folder }: WorkspacePackage, map: string): string[] {
  const { sources }: { sources: string[] } = JSON.parse(readFileSync(map, 'utf8'));
  return sources.map((source) => relative(ROOT, join(folder, 'dist', source)));
}

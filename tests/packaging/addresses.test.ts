import { join, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { optionsOf, rememberingHost } from './compiler.js';
import { ROOT, sourcesBelow } from './workspace.js';

/** The packages that stand on any version of IP: what they do with an address, they ask for. */
const ABOVE_IP = ['packages/tcp', 'packages/stack'];

/** A program of a package's sources and one more file of the package with this text. */
function programOf(folder: string, text: string): { program: ts.Program; probe: string } {
  const path = join(ROOT, folder);
  const options = optionsOf(path);
  const probe = join(path, 'src', 'probe-of-the-addresses-test.ts');
  const host = rememberingHost(options, { path: probe, text });
  const files = [...sourcesBelow(join(path, 'src')), probe];
  return { program: ts.createProgram(files, options, host), probe };
}

/** Comparisons of one address with another by `===` or `!==`. */
function comparisonsIn(program: ts.Program, file: string): string[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  if (source === undefined) throw new Error(`${file} was not compiled`);
  const isAddress = (node: ts.Expression): boolean => {
    const type = checker.getTypeAtLocation(node);
    const parts = type.isUnion() ? type.types : [type];
    return parts.some((part) => part.symbol?.name === 'WideAddress');
  };
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isBinaryExpression(node) &&
      /^[!=]==?$/.test(node.operatorToken.getText(source)) &&
      isAddress(node.left) &&
      isAddress(node.right)
    ) {
      found.push(`${relative(ROOT, file)}: ${node.getText(source)}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const PROBE = `
import type { IpAddress } from '@netlayers/ip';
export const isSame = (a: IpAddress, b: IpAddress | null): boolean => a === b;
export const network = (a: IpAddress): number => a >>> 8;
`;

describe('addresses above IP', () => {
  for (const folder of ABOVE_IP) {
    it(`are neither computed with nor compared by === in ${folder}`, () => {
      const { program, probe } = programOf(folder, PROBE);
      const errors = program.getSemanticDiagnostics(program.getSourceFile(probe));
      expect(errors.map(({ code }) => code)).toEqual([2362]);
      expect(comparisonsIn(program, probe)).toHaveLength(1);
      const src = join(ROOT, folder, 'src');
      expect(sourcesBelow(src).flatMap((file) => comparisonsIn(program, file))).toEqual([]);
    });
  }
});

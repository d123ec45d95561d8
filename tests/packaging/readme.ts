/**
 * The example of a README: its first block of TypeScript or JavaScript. A block that begins with
 * ```` ```ts runnable ```` or ```` ```js runnable ```` also runs, by itself and to its end.
 */

import ts from 'typescript';

/** An example, as a module of its own. */
export interface ReadmeExample {
  readonly language: 'ts' | 'js';
  readonly runnable: boolean;
  readonly code: string;
}

/** Finds the example of a README; `null` when there is none. */
export function exampleOf(readme: string): ReadmeExample | null {
  const match = /^```(ts|js)([^\n]*)\n([\s\S]*?)^```/m.exec(readme);
  if (match === null) return null;
  const [, language, info, code] = match;
  return {
    language: language as 'ts' | 'js',
    runnable: /\brunnable\b/.test(info!),
    code: `${code}\nexport {};\n`,
  };
}

/** The example as Node runs it. */
export const asJavaScript = ({ language, code }: ReadmeExample): string =>
  language === 'js'
    ? code
    : ts.transpileModule(code, {
        compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
      }).outputText;

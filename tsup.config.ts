import { defineConfig } from 'tsup';

/** One build for every package: ESM, source maps, declarations, nothing minified. Run from the package's own folder. */
export default defineConfig({
  entry: ['src/index.ts'],
  format: 'esm',
  target: 'es2023',
  sourcemap: true,
  clean: true,
  dts: {
    compilerOptions: {
      // TypeScript 6 warns about a compiler option that the declaration builder sets by itself.
      ignoreDeprecations: '6.0',
      noEmit: false,
      // Declarations of the packages below, which are built before: reading their sources takes longer.
      customConditions: [],
    },
  },
});

/**
 * The build of a command: one entry, split at its dynamic imports so that only what a run needs is
 * loaded, with what it uses of our packages inside (docs/decisions/028-commands-in-one-piece.md). White
 * space and comments stay in the source maps: to read past them takes as long as to open a device.
 */
export const command = defineConfig({
  entry: ['src/cli.ts'],
  format: 'esm',
  target: 'es2023',
  sourcemap: true,
  clean: true,
  splitting: true,
  dts: false,
  esbuildOptions: (options) => {
    options.conditions = ['@netlayers/source'];
    options.minifyWhitespace = true;
    // So that a place in a stack trace is one that can be found.
    options.lineLimit = 160;
  },
});

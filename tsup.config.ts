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

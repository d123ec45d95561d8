import { defineConfig } from 'tsup';
import base from '../tsup.config.js';

/** The program, and the peers that it starts as processes of their own. */
export default defineConfig({
  ...base,
  entry: ['src/main.ts', 'src/peers/*.ts'],
  splitting: false,
  dts: false,
});

import { defineConfig } from 'tsup';
import base from '../tsup.config.js';

/** The programs, and the peers that it starts as processes of their own. */
export default defineConfig({
  ...base,
  entry: ['src/*.ts', 'src/peers/*.ts'],
  splitting: false,
  dts: false,
});

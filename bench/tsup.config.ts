import { defineConfig } from 'tsup';
import base from '../tsup.config.js';

/** The commands, and the programs that they start as processes of their own. */
export default defineConfig({
  ...base,
  entry: ['src/*.ts', 'src/programs/*.ts'],
  splitting: false,
  dts: false,
  // What may be installed beside it, and is no dependency.
  external: ['fastify', 'tcpip', 'tuntap2'],
});

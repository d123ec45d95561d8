/**
 * 100,000 idle connections in the simulator: what both ends of one cost together, after a forced
 * collection.
 */

import { LineProcess } from '../harness/processes.js';
import { nodeProgram } from '../harness/programs.js';
import type { Row, Variant } from '../harness/row.js';

const CONNECTIONS = 100_000;
const KIB = 1024;
const PROTOCOLS = [
  { name: 'two TCP sockets', protocol: 'tcp' },
  { name: 'a TCP socket and a served HTTP connection', protocol: 'http' },
];

const variant = (name: string, protocol: string): Variant => ({
  name,
  open: async () => ({
    measure: async () => {
      const command = nodeProgram('idle-sim', [CONNECTIONS, protocol]);
      const program = await LineProcess.start(command, 'server');
      try {
        const before = await program.ask('memory');
        await program.ask('open');
        const after = await program.ask('memory');
        return { value: (after.rss! - before.rss!) / CONNECTIONS / KIB };
      } finally {
        await program.stop();
      }
    },
    close: async () => {},
  }),
});

/** KiB of resident memory for a connection, both ends. */
export const idleSimRow = (): Row => ({
  name: 'idle-sim',
  title: `an idle connection of ${CONNECTIONS.toLocaleString('en-US')} in the simulator, both ends`,
  unit: 'KiB',
  moreIsBetter: false,
  variants: PROTOCOLS.map(({ name, protocol }) => variant(name, protocol)),
  against: [],
  turns: 1,
  warmUpTurns: 0,
});

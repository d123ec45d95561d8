/**
 * Interactive text over our own TCP: connects from a TUN device to any TCP server that this machine
 * can reach, and talks with it. This machine's own services are at the device's other end, e.g.
 *
 *     nc -l 4444
 *     sudo npm run example -- tcp-sender --tun-ip 10.0.0.2 -c 10.0.0.3:4444
 *
 * The end of the input half-closes the connection: what the peer still says is printed. Ctrl+C
 * closes and waits for the teardown; a second one does not wait.
 */

import process from 'node:process';
import { createStack } from '@netlayers/stack';
import { segmentLog } from '@netlayers/tcp';
import { createTun } from '@netlayers/tun';
import pc from 'picocolors';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';

const options = await yargs(hideBin(process.argv))
  .scriptName('tcp-sender')
  .option('tun-ip', { type: 'string', default: '10.0.0.2', describe: 'our address' })
  .option('connect', { alias: 'c', type: 'string', demandOption: true, describe: 'ADDRESS:PORT' })
  .option('verbose', {
    alias: 'v',
    type: 'boolean',
    default: false,
    describe: 'show every segment',
  })
  .strict()
  .parseAsync();

const fail = (error: unknown): never => {
  console.error(pc.red(error instanceof Error ? error.message : String(error)));
  process.exit(1);
};

const [host = '', port = ''] = options.connect.split(':');
if (!/^\d+$/.test(port)) fail(`--connect takes ADDRESS:PORT, e.g. 10.0.0.3:4444`);

const device = await createTun({ address: options.tunIp }).catch(fail);
const stack = createStack({
  device,
  address: device.address,
  ...(options.verbose && {
    observer: segmentLog({
      segment: (arrow, segment, note) =>
        console.error(
          `${arrow === '<-' ? pc.magenta(arrow) : pc.blue(arrow)} ${segment} ${pc.dim(note)}`,
        ),
      event: (text) => console.error(pc.dim(`   ${text}`)),
    }),
  }),
});

const finish = async (code: number): Promise<never> => {
  await stack.close({ drainMs: 30_000 });
  process.exit(code);
};

let closing = false;
const giveUp = new AbortController();
process.on('SIGINT', () => {
  if (closing) process.exit(130);
  closing = true;
  console.error(pc.dim('closing; Ctrl+C again does not wait'));
  giveUp.abort();
  void finish(0);
});

console.error(pc.dim(`this machine is ${device.peer}; connecting to ${host} port ${port}`));
try {
  const socket = await stack.connect({ host, port: Number(port), signal: giveUp.signal });
  console.error(pc.green(`connected from port ${socket.localPort}`));
  socket.setNoDelay();
  socket.setHandler({
    handleData: (buf, start, end) => void process.stdout.write(buf.slice(start, end)),
    handleEnd: () => {
      console.error(pc.green('the peer has closed'));
      socket.end();
    },
    handleDrain: () => void process.stdin.resume(),
    handleClose: (error) => {
      if (error !== null) console.error(pc.red(error.message));
      if (!closing) void finish(error === null ? 0 : 1);
    },
  });
  process.stdin.on('data', (text) => {
    if (!socket.write(text)) process.stdin.pause();
  });
  process.stdin.on('end', () => socket.end());
} catch (error) {
  if (!closing) {
    console.error(pc.red((error as Error).message));
    await finish(1);
  }
}

/**
 * Interactive text over our own TCP: waits for connections on a TUN device and talks with whoever
 * comes. The other end is any TCP client, e.g. in a second terminal:
 *
 *     sudo npm run example -- tcp-listener --tun-ip 10.0.0.1 -p 4444
 *     nc 10.0.0.1 4444
 *
 * What is typed goes to everybody who is connected. Ctrl+C says goodbye to all and waits until the
 * connections are closed; a second one does not wait.
 */

import process from 'node:process';
import { createStack, type TcpSocket } from '@netlayers/stack';
import { segmentLog } from '@netlayers/tcp';
import { createTun, type TunError } from '@netlayers/tun';
import pc from 'picocolors';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';

const options = await yargs(hideBin(process.argv))
  .scriptName('tcp-listener')
  .option('tun-ip', { type: 'string', default: '10.0.0.1', describe: 'our address' })
  .option('port', { alias: 'p', type: 'number', default: 4444, describe: 'port to listen on' })
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

const device = await createTun({ address: options.tunIp }).catch((error: TunError) => fail(error));
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

const everybody = new Set<TcpSocket>();

stack.listen({ port: options.port }, (socket) => {
  const name = `${socket.remoteAddress}:${socket.remotePort}`;
  everybody.add(socket);
  console.error(pc.green(`${name} is here`));
  socket.setNoDelay();
  socket.setHandler({
    handleData: (buf, start, end) => void process.stdout.write(buf.slice(start, end)),
    handleEnd: () => socket.end(),
    handleDrain: () => void process.stdin.resume(),
    handleClose: (error) => {
      everybody.delete(socket);
      console.error(pc.green(`${name} is gone${error === null ? '' : `: ${error.message}`}`));
    },
  });
});

console.error(
  `listening on ${device.address} port ${options.port}: nc ${device.address} ${options.port}`,
);

process.stdin.on('data', (text) => {
  for (const socket of everybody) if (!socket.write(text)) process.stdin.pause();
});

let closing = false;
process.on('SIGINT', () => {
  if (closing) process.exit(130);
  closing = true;
  console.error(pc.dim('closing; Ctrl+C again does not wait'));
  void stack.close({ drainMs: 30_000 }).then(() => process.exit(0));
});

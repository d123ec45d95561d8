/**
 * Interactive text over our own UDP: waits for datagrams on a TUN device and talks with whoever sends
 * some. The other end is `nc -u`, e.g. in a second terminal:
 *
 *     sudo npm run example -- udp-talk --tun-ip 10.0.0.1 -p 4444
 *     nc -u 10.0.0.1 4444
 *
 * What is typed goes to everybody who has sent something. There is no connection: somebody is gone
 * when the network says so, which it does once that port is closed (RFC 1122, 4.1.3.3).
 */

import process from 'node:process';
import { createStack } from '@netlayers/stack';
import { createTun, type TunError } from '@netlayers/tun';
import pc from 'picocolors';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';

const options = await yargs(hideBin(process.argv))
  .scriptName('udp-talk')
  .option('tun-ip', { type: 'string', default: '10.0.0.1', describe: 'our address' })
  .option('port', { alias: 'p', type: 'number', default: 4444, describe: 'port to listen on' })
  .option('echo', { type: 'boolean', default: false, describe: 'send everything back' })
  .strict()
  .parseAsync();

const device = await createTun({ address: options.tunIp }).catch((error: TunError) => {
  console.error(pc.red(error.message));
  process.exit(1);
});
const stack = createStack({ device, address: device.address });
const socket = stack.bindUdp({ port: options.port });

/** Everybody who has sent something, by `address:port`. */
const everybody = new Map<string, { readonly address: string; readonly port: number }>();

socket.setHandler({
  handleDatagram(buf, start, end, from) {
    // Nobody is there to be answered.
    if (from.port === 0) return;
    const { address, port } = from;
    const name = `${address}:${port}`;
    if (!everybody.has(name)) console.error(pc.green(`${name} is here`));
    everybody.set(name, { address, port });
    process.stdout.write(buf.slice(start, end));
    if (options.echo) socket.send(buf, start, end, from);
  },
  handleError(error) {
    const name = `${error.address}:${error.port}`;
    everybody.delete(name);
    console.error(pc.green(`${name} is gone: ${error.code}`));
  },
});

console.error(
  `listening on ${device.address} port ${socket.localPort}: nc -u ${device.address} ${socket.localPort}`,
);

process.stdin.on('data', (text: Buffer) => {
  for (const to of everybody.values()) socket.send(text, 0, text.length, to);
});

process.on('SIGINT', () => {
  const { datagramsReceived, datagramsSent } = stack.counters().udp;
  console.error(pc.dim(`${datagramsReceived} datagrams have come, ${datagramsSent} have gone`));
  void stack.close().then(() => process.exit(0));
});

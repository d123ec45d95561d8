/**
 * Bulk data on our streams: on its port it sends for as long as the client reads, on the next one it
 * takes what comes.
 *
 *     bulk-ours CARRIER ADDRESS PORT
 */

import process from 'node:process';
import type { ByteStream } from '@netlayers/http';
import { type Carrier, openCarrier } from '../process/carrier.js';
import { PIECE } from '../process/contents.js';
import { answerLines } from '../process/lines.js';

const [carrier, address, port] = [
  process.argv[2] as Carrier,
  process.argv[3]!,
  Number(process.argv[4]),
];

function source(stream: ByteStream): void {
  let open = true;
  const pump = (): void => {
    while (open && stream.write(PIECE, 0, PIECE.length, true));
  };
  stream.setHandler({
    handleData: () => {},
    handleEnd: () => stream.end(),
    handleDrain: pump,
    handleClose: () => {
      open = false;
    },
  });
  pump();
}

const sink = (stream: ByteStream): void =>
  stream.setHandler({
    handleData: () => {},
    handleEnd: () => stream.end(),
    handleDrain: () => {},
    handleClose: () => {},
  });

const transport = await openCarrier(carrier, address);
await transport.listen({ host: address, port }, source);
await transport.listen({ host: address, port: port + 1 }, sink);
answerLines();

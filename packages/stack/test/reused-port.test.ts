import { memoryWire } from '@netlayers/link';
import { createStack, type TcpSocket } from '@netlayers/stack';
import { ManualClock } from '@netlayers/testkit';
import { expect, it } from 'vitest';
import { handlerOf } from './handler-of.js';

it('chooses no port whose last connection the peer may take a SYN for [RFC 6191 2]', async () => {
  // Time stands still: neither the clock of timestamps nor that of sequence numbers has gone on.
  const clock = new ManualClock();
  const [left, right] = memoryWire();
  const ours = createStack({ device: left, address: '192.0.2.1', clock, random: () => 5 });
  const theirs = createStack({ device: right, address: '192.0.2.2', clock });
  theirs.listen({ port: 7 }, (socket: TcpSocket) =>
    socket.setHandler(handlerOf({ handleData: () => socket.end() })),
  );
  const ports = new Set<number>();
  for (let time = 0; time < 3; time++) {
    const socket = await ours.connect({ host: '192.0.2.2', port: 7 });
    ports.add(socket.localPort);
    await new Promise<void>((resolve) => {
      socket.setHandler(handlerOf({ handleEnd: () => socket.end(), handleClose: () => resolve() }));
      socket.write(new Uint8Array(100));
    });
  }
  expect(ports.size).toBe(3);
  expect(theirs.counters().tcp.timeWaits).toBe(3);
  await Promise.all([ours.close(), theirs.close()]);
});

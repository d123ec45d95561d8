import { memoryWire } from '@netlayers/link';
import { createStack, type TcpSocket } from '@netlayers/stack';
import { ManualClock } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { handlerOf } from './handler-of.js';

describe('close', () => {
  it("acknowledges a FIN that has arrived in the same turn, so that the peer's stack can end too", async () => {
    // Time stands still: an ACK that is lost now is never asked for again.
    const clock = new ManualClock();
    const [left, right] = memoryWire();
    const ours = createStack({ device: left, address: '192.0.2.1', clock });
    const theirs = createStack({ device: right, address: '192.0.2.2', clock });
    theirs.listen({ port: 7 }, (socket: TcpSocket) =>
      socket.setHandler(handlerOf({ handleEnd: () => socket.end() })),
    );
    const socket = await ours.connect({ host: '192.0.2.2', port: 7 });
    const ended = new Promise<void>((resolve) => {
      socket.setHandler(handlerOf({ handleClose: () => resolve() }));
    });
    socket.end();
    await ended;
    await ours.close();
    await theirs.close();
    expect(theirs.counters().connections).toBe(0);
  }, 2000);
});

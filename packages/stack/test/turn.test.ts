import { memoryWire } from '@netlayers/link';
import { createStack } from '@netlayers/stack';
import { expect, it } from 'vitest';

const MESSAGE = new Uint8Array(100);
/** More exchanges than may pass before the host has looked at what else there is to do. */
const MOST_EXCHANGES = 10_000;

/** A handler of which only data matters. */
const onData = (handleData: () => void) => ({
  handleData,
  handleEnd: () => {},
  handleDrain: () => {},
  handleClose: () => {},
});

it('lets the host look at its timers and sockets while two stacks answer each other', async () => {
  const [left, right] = memoryWire();
  const near = createStack({ device: left, address: '10.0.0.1' });
  const far = createStack({ device: right, address: '10.0.0.2' });
  far.listen({ port: 7 }, (socket) => socket.setHandler(onData(() => void socket.write(MESSAGE))));
  const asker = await near.connect({ host: '10.0.0.2', port: 7 });
  let answered = 0;
  asker.setHandler(
    onData(() => {
      answered++;
      if (answered < MOST_EXCHANGES) asker.write(MESSAGE);
    }),
  );
  const passes: number[] = [];
  asker.write(MESSAGE);
  while (passes.length < 10) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    passes.push(answered);
  }
  near.halt();
  far.halt();
  // An exchange is a turn of each; none of them is worth a pass of its own.
  expect(answered).toBeGreaterThan(10 * 10);
  for (const [index, count] of passes.entries()) {
    expect(count - (passes[index - 1] ?? 0)).toBeLessThanOrEqual(128);
  }
});

import { memoryWire } from '@netlayers/link';
import { createStack } from '@netlayers/stack';
import { expect, it } from 'vitest';
import { colorsOf } from '../src/colors.js';
import { segmentLog } from '../src/segment-log.js';
import type { Verbosity } from '../src/verbosity.js';

/** A log of lines in the order in which they would be printed. */
function keepingLog(lines: string[], shown: readonly Verbosity[]) {
  const keep = (text: string): void => void lines.push(text);
  return {
    colors: colorsOf(false),
    shows: (verbosity: Verbosity) => shown.includes(verbosity),
    error: keep,
    warn: keep,
    debug: keep,
    trace: keep,
  };
}

/** The lines of a connection that is opened, says one word and is closed by this end first. */
async function linesOf(shown: readonly Verbosity[]): Promise<string[]> {
  const lines: string[] = [];
  const [left, right] = memoryWire();
  const log = keepingLog(lines, shown);
  const ours = createStack({ device: left, address: '10.0.0.2', observer: segmentLog(log) });
  const theirs = createStack({ device: right, address: '10.0.0.3' });
  await theirs.transport.listen({ port: 80 }, (stream) =>
    stream.setHandler({
      handleData: () => {},
      handleEnd: () => stream.end(),
      handleDrain: () => {},
      handleClose: () => {},
    }),
  );
  const stream = await ours.transport.connect({ host: '10.0.0.3', port: 80 });
  await new Promise<void>((resolve) => {
    stream.setHandler({
      handleData: () => {},
      handleEnd: resolve,
      handleDrain: () => {},
      handleClose: () => {},
    });
    stream.write(new Uint8Array([1]));
    stream.end();
  });
  await ours.close({ drainMs: 0 });
  await theirs.close({ drainMs: 0 });
  return lines.map((line) => line.replace(/ (seq|ack)=.*/, ''));
}

it('prints a state behind the segment that brought it, or that says so', async () => {
  const lines = await linesOf(['debug', 'trace']);
  const behind = (text: string): string | undefined =>
    lines[lines.findIndex((line) => line.includes(text)) - 1];
  expect(behind('CLOSED => SYN-SENT')).toBe('-> SYN');
  expect(behind('SYN-SENT => ESTABLISHED')).toBe('<- SYN-ACK');
  expect(behind('ESTABLISHED => FIN-WAIT-1')).toMatch(/^-> (PSH-)?FIN/);
  // One segment may bring several.
  expect(behind('=> TIME-WAIT')).toMatch(/^<- FIN|=> FIN-WAIT-2$/);
  expect(behind('=> FIN-WAIT-2')).toMatch(/^<- /);
});

it('prints no states at debug', async () => {
  const lines = await linesOf(['debug']);
  expect(lines).toContain('<- SYN-ACK');
  expect(lines.filter((line) => line.includes('=>'))).toEqual([]);
});

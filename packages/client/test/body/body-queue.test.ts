import { describe, expect, it } from 'vitest';
import { BodyQueue } from '../../src/body/body-queue.js';

const owner = { handleTaken: () => {}, handleCancel: () => {} };
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('a body queue', () => {
  it('copies what it is lent, also from a Buffer and for a reader that waits', async () => {
    const queue = new BodyQueue(owner);
    const lent = Buffer.from([9, 1, 2, 9]);
    const waiting = queue.next();
    queue.append(lent, 1, 3);
    queue.append(lent, 1, 3);
    lent.fill(0xdb);
    expect((await waiting).value).toEqual(bytes(1, 2, 1, 2));
  });

  it('serves readers that wait in turn, before the end and before a failure', async () => {
    const queue = new BodyQueue(owner);
    const [first, second] = [queue.next(), queue.next()];
    queue.append(bytes(1), 0, 1);
    queue.append(bytes(2), 0, 1);
    queue.end();
    expect((await first).value).toEqual(bytes(1, 2));
    expect((await second).done).toBe(true);
    const failing = new BodyQueue(owner);
    const [given, refused] = [failing.next(), failing.next()];
    failing.append(bytes(3), 0, 1);
    failing.fail(new Error('gone'));
    expect((await given).value).toEqual(bytes(3));
    await expect(refused).rejects.toThrow('gone');
  });

  it('gathers pieces, and what was taken stays as it is', async () => {
    const queue = new BodyQueue(owner);
    queue.append(bytes(1), 0, 1);
    queue.append(bytes(2, 3), 0, 2);
    expect(queue.size).toBe(3);
    const { value } = await queue.next();
    queue.append(new Uint8Array(200_000).fill(7), 0, 200_000);
    expect(value).toEqual(bytes(1, 2, 3));
    expect(queue.size).toBe(200_000);
    queue.end();
    let size = 0;
    for await (const chunk of queue) size += chunk.length;
    expect(size).toBe(200_000);
    expect(queue.size).toBe(0);
  });

  it('tells of a failure behind what is there', async () => {
    const queue = new BodyQueue(owner);
    queue.append(bytes(1), 0, 1);
    queue.fail(new Error('gone'));
    expect((await queue.next()).value).toEqual(bytes(1));
    await expect(queue.next()).rejects.toThrow('gone');
  });
});

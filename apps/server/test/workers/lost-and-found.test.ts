import { describe, expect, it } from 'vitest';
import { type Asked, LostAndFound } from '../../src/workers/lost-and-found.js';
import type { StrayPacket, ToWorker } from '../../src/workers/messages.js';

const packets: StrayPacket[] = [1, 2, 3].map((n) => ({
  bytes: Uint8Array.of(n),
  checksum: 0,
  segmentSize: 0,
}));

/** A worker that writes down what it is told. */
class Told implements Asked {
  readonly heard: ToWorker[] = [];

  tell(message: ToWorker): void {
    this.heard.push(message);
  }

  get kinds(): string[] {
    return this.heard.map(({ kind }) => kind);
  }

  /** Of the last question. */
  get id(): number {
    const last = this.heard.at(-1);
    return last?.kind === 'claim' ? last.id : -1;
  }

  get orphans(): number[] {
    return this.heard.flatMap((message) =>
      message.kind === 'orphans' ? message.packets.map(({ bytes }) => bytes[0]!) : [],
    );
  }
}

function three() {
  const workers = [new Told(), new Told(), new Told()] as const;
  let now = 0;
  const found = new LostAndFound(() => now);
  return { workers, found, later: (ms: number) => (now += ms) };
}

describe('packets that came to the wrong worker', () => {
  it('are shown to all others, and what none of them takes comes back', () => {
    const { workers, found } = three();
    const [from, a, b] = workers;
    found.ask(from, packets, [a, b]);
    expect([a.kinds, b.kinds, from.kinds]).toEqual([['claim'], ['claim'], []]);
    found.handleAnswer(a, a.id, [true, false, false]);
    expect(from.heard).toEqual([]);
    found.handleAnswer(b, b.id, [false, false, true]);
    expect(from.orphans).toEqual([2]);
  });

  it('say nothing when all have found their connection', () => {
    const { workers, found } = three();
    const [from, a] = workers;
    found.ask(from, packets, [a]);
    found.handleAnswer(a, a.id, [true, true, true]);
    expect(from.heard).toEqual([]);
  });

  it('come back at once where there is nobody to ask', () => {
    const { workers, found } = three();
    found.ask(workers[0], packets, []);
    expect(workers[0].orphans).toEqual([1, 2, 3]);
  });

  it('do not wait for a worker that dies', () => {
    const { workers, found } = three();
    const [from, a, b] = workers;
    found.ask(from, packets, [a, b]);
    found.handleAnswer(a, a.id, [false, false, false]);
    found.handleDeath(b);
    expect(from.orphans).toEqual([1, 2, 3]);
  });

  it('are forgotten with the worker that got them', () => {
    const { workers, found } = three();
    const [from, a] = workers;
    found.ask(from, packets, [a]);
    found.handleDeath(from);
    found.handleAnswer(a, a.id, [false, false, false]);
    expect(from.heard).toEqual([]);
  });

  it('are never answered while a worker that may have them is busy', () => {
    const { workers, found, later } = three();
    const [from, a, b] = workers;
    found.ask(from, packets, [a, b]);
    const { id } = b;
    found.handleAnswer(a, id, [false, false, false]);
    later(2000);
    found.ask(from, packets, []);
    const answered = from.orphans.length;
    found.handleAnswer(b, id, [false, false, false]);
    expect(from.orphans.length).toBe(answered);
  });
});

import { MemorySessionStore, RedisSessionStore } from '@netlayers/middleware';
import { ManualClock } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';

describe('sessions in memory', () => {
  it('end with their time', async () => {
    const clock = new ManualClock();
    const store = new MemorySessionStore({ clock });
    await store.write('a', 'text', 1000);
    clock.advance(999);
    expect(await store.read('a')).toBe('text');
    clock.advance(1);
    expect(await store.read('a')).toBeNull();
    expect(store.size).toBe(0);
  });

  it('are so many and no more: the one written longest ago goes', async () => {
    const store = new MemorySessionStore({ clock: new ManualClock(), maxSessions: 2 });
    for (const id of ['a', 'b', 'a', 'c']) await store.write(id, id, 1000);
    expect([await store.read('a'), await store.read('b'), await store.read('c')]).toEqual([
      'a',
      null,
      'c',
    ]);
  });

  it('make room when they have ended, though nobody asks for them', async () => {
    const clock = new ManualClock();
    const store = new MemorySessionStore({ clock });
    for (let id = 0; id < 100; id++) await store.write(`${id}`, '', 1000);
    clock.advance(1000);
    for (let id = 0; id < 60; id++) await store.write('x', '', 1000);
    expect(store.size).toBe(1);
  });

  it('are removed', async () => {
    const store = new MemorySessionStore({ clock: new ManualClock() });
    await store.write('a', 'text', 1000);
    await store.remove('a');
    expect(await store.read('a')).toBeNull();
  });
});

it('sessions in Redis are three commands', async () => {
  const commands: string[][] = [];
  const store = new RedisSessionStore(async (args) => {
    commands.push(args);
    return args[0] === 'GET' && args[1] === 'session:a' ? 'text' : null;
  });
  await store.write('a', 'text', 1000.5);
  expect([await store.read('a'), await store.read('b')]).toEqual(['text', null]);
  await store.remove('a');
  expect(commands).toEqual([
    ['SET', 'session:a', 'text', 'PX', '1001'],
    ['GET', 'session:a'],
    ['GET', 'session:b'],
    ['DEL', 'session:a'],
  ]);
});

import {
  CLIENT_TRANSITIONS,
  type ClientEvent,
  type ClientState,
  SERVER_TRANSITIONS,
  type ServerEvent,
  type ServerState,
} from '@netlayers/http';
import { describe, expect, it } from 'vitest';
import { Client, ExchangeStates, Server } from '../../src/connection/exchange-states.js';

type Table = Readonly<Record<string, Readonly<Partial<Record<string, string>>>>>;

/** One state diagram in Mermaid's words; names with a hyphen need an alias. */
function diagram(table: Table): string {
  const alias = (state: string): string => state.replace('-', '_');
  const lines = ['stateDiagram-v2', '  [*] --> IDLE'];
  for (const state of Object.keys(table)) {
    if (state.includes('-')) lines.push(`  state "${state}" as ${alias(state)}`);
  }
  for (const [state, cells] of Object.entries(table)) {
    const byTarget = new Map<string, string[]>();
    for (const [event, target] of Object.entries(cells)) {
      byTarget.set(target!, [...(byTarget.get(target!) ?? []), event]);
    }
    for (const [target, events] of byTarget) {
      lines.push(`  ${alias(state)} --> ${alias(target)} : ${events.join(', ')}`);
    }
  }
  return lines.join('\n');
}

const eventsOf = (table: Table): string[] => [
  ...new Set(Object.values(table).flatMap((cells) => Object.keys(cells))),
];

const cells = (table: Table): [state: string, event: string, next: string | undefined][] =>
  Object.entries(table).flatMap(([state, row]) =>
    eventsOf(table).map((event): [string, string, string | undefined] => [
      state,
      event,
      row[event],
    ]),
  );

describe('the tables', () => {
  it('are what docs/states.md shows (update it with vitest -u)', async () => {
    const text = [
      '# States of a connection',
      '',
      'Drawn from the tables in `src/connection/states.ts` by `test/connection/states.test.ts`. An event',
      'without an edge is a protocol error. Each end keeps both machines: its own, and that of its peer.',
      '',
      '## The client of a connection',
      '',
      '```mermaid',
      diagram(CLIENT_TRANSITIONS),
      '```',
      '',
      '## The server of a connection',
      '',
      '```mermaid',
      diagram(SERVER_TRANSITIONS),
      '```',
      '',
    ].join('\n');
    await expect(text).toMatchFileSnapshot('../../docs/states.md');
  });

  it('lead only to states they have, and all of them can be reached', () => {
    for (const table of [CLIENT_TRANSITIONS, SERVER_TRANSITIONS] as Table[]) {
      const reached = new Set(['IDLE']);
      for (const state of reached) {
        for (const next of Object.values(table[state] ?? {})) reached.add(next!);
      }
      expect([...reached].sort()).toEqual(Object.keys(table).sort());
    }
  });
});

describe('each cell of the client', () => {
  it.each(cells(CLIENT_TRANSITIONS))('%s, %s: %s', (state, event, next) => {
    const exchange = new ExchangeStates(state as ClientState);
    const number = Client[event as ClientEvent];
    if (next === undefined) {
      expect(() => exchange.clientDoes(number)).toThrow(
        expect.objectContaining({ code: 'wrong-state' }),
      );
      expect(exchange.client).toBe(state);
    } else {
      exchange.clientDoes(number);
      expect(exchange.client).toBe(next);
    }
  });
});

describe('each cell of the server', () => {
  it.each(cells(SERVER_TRANSITIONS))('%s, %s: %s', (state, event, next) => {
    const exchange = new ExchangeStates('IDLE', state as ServerState);
    const number = Server[event as ServerEvent];
    if (next === undefined) {
      expect(() => exchange.serverDoes(number)).toThrow(
        expect.objectContaining({ code: 'wrong-state' }),
      );
      expect(exchange.server).toBe(state);
    } else {
      exchange.serverDoes(number);
      expect(exchange.server).toBe(next);
    }
  });
});

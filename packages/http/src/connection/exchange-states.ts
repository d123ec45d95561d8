/**
 * Where both ends of a connection stand. The only place that moves a state, always by the tables
 * of states.ts.
 *
 * Every exchange makes eight moves: states and events are numbers here, so that each of them is
 * one read of an array.
 */

import { localError } from '../grammar/errors.js';
import {
  CLIENT_EVENTS,
  CLIENT_TRANSITIONS,
  type ClientEvent,
  type ClientState,
  SERVER_EVENTS,
  SERVER_TRANSITIONS,
  type ServerEvent,
  type ServerState,
} from './states.js';

const NO_MOVE = 0xff;

/** The events of a client by number. */
export const Client = numbered<ClientEvent>(CLIENT_EVENTS);
/** The events of a server by number. */
export const Server = numbered<ServerEvent>(SERVER_EVENTS);

const CLIENT_STATES = Object.keys(CLIENT_TRANSITIONS) as ClientState[];
const SERVER_STATES = Object.keys(SERVER_TRANSITIONS) as ServerState[];
const CLIENT_MOVES = moves(CLIENT_TRANSITIONS, CLIENT_STATES, CLIENT_EVENTS);
const SERVER_MOVES = moves(SERVER_TRANSITIONS, SERVER_STATES, SERVER_EVENTS);

/** The pair of states that each end of a connection keeps. */
export class ExchangeStates {
  #client: number;
  #server: number;

  constructor(client: ClientState = 'IDLE', server: ServerState = 'IDLE') {
    this.#client = CLIENT_STATES.indexOf(client);
    this.#server = SERVER_STATES.indexOf(server);
  }

  get client(): ClientState {
    return CLIENT_STATES[this.#client]!;
  }

  get server(): ServerState {
    return SERVER_STATES[this.#server]!;
  }

  /**
   * @param event one of {@link Client}.
   * @throws HttpProtocolError `wrong-state` for an event that has no place in this state.
   */
  clientDoes(event: number): void {
    const next = CLIENT_MOVES[this.#client * CLIENT_EVENTS.length + event]!;
    if (next === NO_MOVE) throw wrongState('client', CLIENT_EVENTS[event]!, this.client);
    this.#client = next;
  }

  /**
   * @param event one of {@link Server}.
   * @throws HttpProtocolError `wrong-state` for an event that has no place in this state.
   */
  serverDoes(event: number): void {
    const next = SERVER_MOVES[this.#server * SERVER_EVENTS.length + event]!;
    if (next === NO_MOVE) throw wrongState('server', SERVER_EVENTS[event]!, this.server);
    this.#server = next;
  }
}

const wrongState = (end: string, event: string, state: string): Error =>
  localError('wrong-state', `no "${event}" while the ${end} is ${state}`);

function numbered<Name extends string>(names: readonly Name[]): Readonly<Record<Name, number>> {
  return Object.fromEntries(names.map((name, at) => [name, at])) as Record<Name, number>;
}

/** A table by numbers: a row per state, a column per event. */
function moves<State extends string, Event extends string>(
  table: Readonly<Record<State, Partial<Record<Event, State>>>>,
  states: readonly State[],
  events: readonly Event[],
): Uint8Array {
  return Uint8Array.from(
    states.flatMap((state) =>
      events.map((event) => {
        const next = table[state][event];
        return next === undefined ? NO_MOVE : states.indexOf(next);
      }),
    ),
  );
}

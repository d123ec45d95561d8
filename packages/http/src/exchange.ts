/**
 * Where both ends of a connection stand. The only place that moves a state, always by the tables
 * of states.ts.
 */

import { localError } from './errors.js';
import {
  CLIENT_TRANSITIONS,
  type ClientEvent,
  type ClientState,
  SERVER_TRANSITIONS,
  type ServerEvent,
  type ServerState,
} from './states.js';

/** The pair of states that each end of a connection keeps. */
export class Exchange {
  client: ClientState = 'IDLE';
  server: ServerState = 'IDLE';

  /** @throws HttpProtocolError `wrong-state` for an event that has no place in this state. */
  clientDoes(event: ClientEvent): void {
    const next = CLIENT_TRANSITIONS[this.client][event];
    if (next === undefined) {
      throw localError('wrong-state', `no "${event}" while the client is ${this.client}`);
    }
    this.client = next;
  }

  /** @throws HttpProtocolError `wrong-state` for an event that has no place in this state. */
  serverDoes(event: ServerEvent): void {
    const next = SERVER_TRANSITIONS[this.server][event];
    if (next === undefined) {
      throw localError('wrong-state', `no "${event}" while the server is ${this.server}`);
    }
    this.server = next;
  }
}

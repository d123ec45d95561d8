/**
 * The two state machines of a connection (RFC 9112, 9), as tables. Each end keeps both: the one of
 * its own role and the one it believes its peer to be in. A missing cell is a protocol error.
 *
 * Only these tables know the states. Roles meet in three events: a request opens the server's turn
 * (`request` appears in both), and once both are DONE, `next` starts another exchange or `last`
 * ends the connection. The diagram in docs/states.md is drawn from the tables.
 */

/** Where the client of a connection stands. */
export type ClientState =
  | 'IDLE'
  | 'SEND-BODY'
  | 'DONE'
  | 'MUST-CLOSE'
  | 'CLOSED'
  | 'SWITCHED'
  | 'ERROR';

/** Where the server of a connection stands. */
export type ServerState =
  | 'IDLE'
  | 'SEND-RESPONSE'
  | 'SEND-BODY'
  | 'DONE'
  | 'MUST-CLOSE'
  | 'CLOSED'
  | 'SWITCHED'
  | 'ERROR';

/** What moves a client from state to state. */
export const CLIENT_EVENTS = [
  /** The head of a request. */
  'request',
  /** Some content. */
  'data',
  /** The end of the request. */
  'end',
  /** Both are done and the connection persists. */
  'next',
  /** This was the last exchange. */
  'last',
  /** The server has agreed to another protocol. */
  'switch',
  /** The client's half of the connection has ended. */
  'close',
  /** The client has broken the protocol. */
  'fail',
] as const;

export type ClientEvent = (typeof CLIENT_EVENTS)[number];

/** What moves a server from state to state. */
export const SERVER_EVENTS = [
  /** The head of a request has come: it is the server's turn. */
  'request',
  /** An interim response (1xx). */
  'interim',
  /** The head of the final response. */
  'response',
  /** Some content. */
  'data',
  /** The end of the response. */
  'end',
  /** Both are done and the connection persists. */
  'next',
  /** This was the last exchange. */
  'last',
  /** The server leaves HTTP: 101, or 2xx to a CONNECT. */
  'switch',
  /** The server's half of the connection has ended. */
  'close',
  /** The server has broken the protocol. */
  'fail',
] as const;

export type ServerEvent = (typeof SERVER_EVENTS)[number];

/** The next state of a client by state and event. */
export const CLIENT_TRANSITIONS: Record<ClientState, Partial<Record<ClientEvent, ClientState>>> = {
  IDLE: { request: 'SEND-BODY', last: 'MUST-CLOSE', close: 'CLOSED', fail: 'ERROR' },
  'SEND-BODY': { data: 'SEND-BODY', end: 'DONE', last: 'MUST-CLOSE', fail: 'ERROR' },
  DONE: { next: 'IDLE', last: 'MUST-CLOSE', switch: 'SWITCHED', close: 'CLOSED', fail: 'ERROR' },
  'MUST-CLOSE': { last: 'MUST-CLOSE', close: 'CLOSED' },
  CLOSED: { last: 'CLOSED', close: 'CLOSED' },
  SWITCHED: {},
  ERROR: { last: 'ERROR', close: 'CLOSED', fail: 'ERROR' },
};

/** The next state of a server by state and event. */
export const SERVER_TRANSITIONS: Record<ServerState, Partial<Record<ServerEvent, ServerState>>> = {
  // A response without a request is an answer to what did not parse.
  IDLE: {
    request: 'SEND-RESPONSE',
    response: 'SEND-BODY',
    last: 'MUST-CLOSE',
    close: 'CLOSED',
    fail: 'ERROR',
  },
  'SEND-RESPONSE': {
    interim: 'SEND-RESPONSE',
    response: 'SEND-BODY',
    switch: 'SWITCHED',
    close: 'CLOSED',
    fail: 'ERROR',
  },
  'SEND-BODY': { data: 'SEND-BODY', end: 'DONE', close: 'CLOSED', fail: 'ERROR' },
  DONE: { next: 'IDLE', last: 'MUST-CLOSE', close: 'CLOSED', fail: 'ERROR' },
  'MUST-CLOSE': { close: 'CLOSED' },
  CLOSED: { last: 'CLOSED', close: 'CLOSED' },
  SWITCHED: {},
  ERROR: { close: 'CLOSED', fail: 'ERROR' },
};

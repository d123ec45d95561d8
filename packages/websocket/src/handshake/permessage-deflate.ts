/**
 * What is offered, answered and checked about compression (RFC 7692, 5 and 7.1).
 */

import {
  type DeflateOptions,
  type DeflateParameters,
  MAX_WINDOW_BITS,
} from '../deflate/parameters.js';
import type { Extension } from './extension-list.js';

/** The extension's name in lists. */
export const PERMESSAGE_DEFLATE = 'permessage-deflate';

/** The parameters as they were received; a window of `true` is one without a value. */
interface Received {
  serverNoContextTakeover: boolean;
  clientNoContextTakeover: boolean;
  serverMaxWindowBits: number | null;
  clientMaxWindowBits: number | true | null;
}

/** 7.1.2: 8 to 15 in decimal, without a leading zero. */
const bitsOf = (value: string | null): number | null =>
  value !== null && /^(?:[89]|1[0-5])$/.test(value) ? Number(value) : null;

/**
 * Reads parameters; `null` when one is unknown, comes twice, or has a value that it may not have (7.1).
 *
 * @param isOffer whether `client_max_window_bits` may stand without a value (7.1.2.2).
 */
function read({ parameters }: Extension, isOffer: boolean): Received | null {
  const received: Received = {
    serverNoContextTakeover: false,
    clientNoContextTakeover: false,
    serverMaxWindowBits: null,
    clientMaxWindowBits: null,
  };
  const seen = new Set<string>();
  for (const [name, value] of parameters) {
    if (seen.has(name)) return null;
    seen.add(name);
    if (name === 'server_no_context_takeover' && value === null) {
      received.serverNoContextTakeover = true;
    } else if (name === 'client_no_context_takeover' && value === null) {
      received.clientNoContextTakeover = true;
    } else if (name === 'server_max_window_bits' && bitsOf(value) !== null) {
      received.serverMaxWindowBits = bitsOf(value);
    } else if (name === 'client_max_window_bits' && (bitsOf(value) !== null || isOffer)) {
      if (value !== null && bitsOf(value) === null) return null;
      received.clientMaxWindowBits = bitsOf(value) ?? true;
    } else return null;
  }
  return received;
}

/** Writes what is not the default, and a window of the server that has to be said. */
function format(parameters: DeflateParameters, saysServerWindow = false): Extension {
  const list: [string, string | null][] = [];
  if (parameters.serverNoContextTakeover) list.push(['server_no_context_takeover', null]);
  if (parameters.clientNoContextTakeover) list.push(['client_no_context_takeover', null]);
  if (saysServerWindow || parameters.serverMaxWindowBits < MAX_WINDOW_BITS) {
    list.push(['server_max_window_bits', String(parameters.serverMaxWindowBits)]);
  }
  if (parameters.clientMaxWindowBits < MAX_WINDOW_BITS) {
    list.push(['client_max_window_bits', String(parameters.clientMaxWindowBits)]);
  }
  return { name: PERMESSAGE_DEFLATE, parameters: list };
}

/** What a server has agreed to, and how it says so. */
export interface DeflateAnswer {
  readonly parameters: DeflateParameters;
  readonly extension: Extension;
}

/**
 * Answers the offers of a client: the first that can be agreed to is (5.1); `null` when none can, and
 * then nothing is compressed.
 */
export function answerOffers(
  offers: readonly Extension[],
  options: DeflateOptions,
): DeflateAnswer | null {
  for (const offer of offers) {
    const offered = offer.name === PERMESSAGE_DEFLATE ? read(offer, true) : null;
    const parameters = offered === null ? null : agree(offered, options);
    if (parameters === null) continue;
    // 7.1.2.1: a window that is asked for is agreed to by saying it, whatever it is.
    const extension = format(parameters, offered?.serverMaxWindowBits !== null);
    return { parameters, extension };
  }
  return null;
}

function agree(offered: Received, options: DeflateOptions): DeflateParameters | null {
  const wishedOfClient = options.clientMaxWindowBits ?? MAX_WINDOW_BITS;
  // 7.1.2.2: who does not say it does not understand it, and cannot be asked for it.
  if (offered.clientMaxWindowBits === null && wishedOfClient < MAX_WINDOW_BITS) return null;
  const windowOfClient = offered.clientMaxWindowBits;
  return {
    serverNoContextTakeover:
      offered.serverNoContextTakeover || (options.serverNoContextTakeover ?? false),
    clientNoContextTakeover:
      offered.clientNoContextTakeover || (options.clientNoContextTakeover ?? false),
    serverMaxWindowBits: Math.min(
      offered.serverMaxWindowBits ?? MAX_WINDOW_BITS,
      options.serverMaxWindowBits ?? MAX_WINDOW_BITS,
    ),
    clientMaxWindowBits:
      typeof windowOfClient === 'number'
        ? Math.min(windowOfClient, wishedOfClient)
        : wishedOfClient,
  };
}

/** The offer of a client, which says in any case that its own window can be made smaller (7.1.2.2). */
export function offerOf(options: DeflateOptions): Extension {
  const { name, parameters } = format({
    serverNoContextTakeover: options.serverNoContextTakeover ?? false,
    clientNoContextTakeover: options.clientNoContextTakeover ?? false,
    serverMaxWindowBits: options.serverMaxWindowBits ?? MAX_WINDOW_BITS,
    clientMaxWindowBits: options.clientMaxWindowBits ?? MAX_WINDOW_BITS,
  });
  const own = 'client_max_window_bits';
  const isSaid = parameters.some(([key]) => key === own);
  return { name, parameters: isSaid ? parameters : [...parameters, [own, null]] };
}

/** Checks what a server has answered to that offer; `null` when a client must not go on (5.1). */
export function checkAnswer(answer: Extension, options: DeflateOptions): DeflateParameters | null {
  const received = read(answer, false);
  if (received === null) return null;
  const offeredToServer = options.serverMaxWindowBits ?? MAX_WINDOW_BITS;
  const ownWindow = options.clientMaxWindowBits ?? MAX_WINDOW_BITS;
  const serverMaxWindowBits = received.serverMaxWindowBits ?? MAX_WINDOW_BITS;
  // 7.1.1.1 and 7.1.2.1: agreeing to these is saying them again.
  if (options.serverNoContextTakeover && !received.serverNoContextTakeover) return null;
  if (serverMaxWindowBits > offeredToServer) return null;
  const asked = received.clientMaxWindowBits;
  if (typeof asked === 'number' && asked > ownWindow) return null;
  return {
    serverNoContextTakeover: received.serverNoContextTakeover,
    clientNoContextTakeover:
      received.clientNoContextTakeover || (options.clientNoContextTakeover ?? false),
    serverMaxWindowBits,
    clientMaxWindowBits: typeof asked === 'number' ? asked : ownWindow,
  };
}

/**
 * What both ends have agreed on about compression (RFC 7692, 7.1), with both directions named by the
 * end that sends.
 */

import type { Role } from '../base/role.js';
import { type DirectionSettings, MessageDeflater, MessageInflater } from './message-deflate.js';
import type { RawDeflate } from './raw-deflate.js';

/** The largest window, which is the one where nothing is said (7.1.2). */
export const MAX_WINDOW_BITS = 15;

/** The four parameters of the extension. */
export interface DeflateParameters {
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  readonly serverMaxWindowBits: number;
  readonly clientMaxWindowBits: number;
}

/** What one end wants of compression. */
export interface DeflateOptions extends Partial<DeflateParameters> {
  /** Who compresses: `nodeDeflate` of `@netlayers/websocket/node`, for one. */
  readonly codec: RawDeflate;
  /** Messages of fewer octets are sent as they are. @default 1024 */
  readonly thresholdBytes?: number;
}

/** The compression of one connection. */
export interface Compression {
  readonly deflater: MessageDeflater;
  readonly inflater: MessageInflater;
  readonly thresholdBytes: number;
}

const DEFAULT_THRESHOLD = 1024;

const directionOf = (parameters: DeflateParameters, sender: Role): DirectionSettings =>
  sender === 'server'
    ? {
        windowBits: parameters.serverMaxWindowBits,
        takeover: !parameters.serverNoContextTakeover,
      }
    : {
        windowBits: parameters.clientMaxWindowBits,
        takeover: !parameters.clientNoContextTakeover,
      };

/** Makes the compression of one end. */
export function compressionOf(
  role: Role,
  parameters: DeflateParameters,
  options: DeflateOptions,
): Compression {
  const { codec, thresholdBytes = DEFAULT_THRESHOLD } = options;
  const peer = role === 'server' ? 'client' : 'server';
  return {
    deflater: new MessageDeflater(codec, directionOf(parameters, role)),
    inflater: new MessageInflater(codec, directionOf(parameters, peer)),
    thresholdBytes,
  };
}

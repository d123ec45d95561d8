/**
 * What either TCP hands to the rest of this command.
 */

import type { Transport } from '@netlayers/http';

/** A transport ready to listen on. */
export interface OpenTransport {
  readonly kind: 'tun' | 'kernel';
  readonly transport: Transport;
  /** Where to listen unless told otherwise. */
  readonly host: string;
  /** What clients call it then. */
  readonly urlHost: string;
  /** For the start-up line. */
  readonly description: string;
  /** Gives everything back; after the server was closed. */
  close(): Promise<void>;
}

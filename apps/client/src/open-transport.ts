/**
 * What either TCP hands to the rest of this command.
 */

import type { Transport } from '@netlayers/http';

/** A transport ready to connect with. */
export interface OpenTransport {
  readonly transport: Transport;
  /** Finds the address of a name, where the transport cannot. */
  readonly resolve: ((name: string) => Promise<string>) | null;
  /**
   * What else to tell about a failure to connect, or `null`.
   *
   * @param error what the client reported.
   */
  advise(error: unknown): string | null;
  close(): Promise<void>;
}

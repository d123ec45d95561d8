/**
 * Local ports of connections that the peer has ended, which are not chosen again at once. The peer keeps
 * such a connection in TIME-WAIT and takes a SYN for a new one only with a later timestamp or beyond the
 * octets of the old one (RFC 6191, 2): within one tick of our clock neither is sure, and a SYN that is taken
 * for an old one costs a second.
 */

/** As many connections as may end before the clock of timestamps ticks. */
const KEPT = 1024;

/** Remembers the last ones. */
export class RecentPorts {
  /** 0, which is no port, where there is none yet. */
  #ports: Uint16Array | null = null;
  #next = 0;

  add(port: number): void {
    this.#ports ??= new Uint16Array(KEPT);
    this.#ports[this.#next] = port;
    this.#next = (this.#next + 1) % KEPT;
  }

  has(port: number): boolean {
    return this.#ports?.includes(port) === true;
  }
}

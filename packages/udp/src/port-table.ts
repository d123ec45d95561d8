/**
 * Which socket a datagram is for (RFC 1122, 4.1.3.1): the one that is connected to its sender, else
 * the one bound to the address it was sent to, else the one bound to every address.
 *
 * Ports are shared only by sockets that all permit it; among equals the youngest has what is sent to
 * one host, and all of them have a broadcast. Sockets on one port are looked through one by one:
 * only the application itself can make them many.
 */

import { type IpAddress, sameAddress } from '@netlayers/ip';

/** What the table has to know of a socket. */
export interface PortUser {
  readonly localPort: number;
  /** `null` = every address. */
  readonly localAddress: IpAddress | null;
  /** `null` = it is not connected. */
  readonly remoteAddress: IpAddress | null;
  readonly remotePort: number;
  readonly reuseAddress: boolean;
}

/** Better than any other: connected, on a given address. */
const BEST = 2;

/** How well a socket fits; -1 = it does not. */
function fit(user: PortUser, local: IpAddress, remote: IpAddress, remotePort: number): number {
  const { localAddress, remoteAddress } = user;
  if (localAddress !== null && !sameAddress(localAddress, local)) return -1;
  if (remoteAddress === null) return localAddress === null ? 0 : 1;
  return user.remotePort === remotePort && sameAddress(remoteAddress, remote) ? BEST : -1;
}

const overlap = (a: IpAddress | null, b: IpAddress | null): boolean =>
  a === null || b === null || sameAddress(a, b);

/** The sockets of one stack, by port. */
export class PortTable<T extends PortUser> {
  /** Youngest first. */
  readonly #byPort = new Map<number, T[]>();

  /** Whether a socket may not be bound here; `address` is null for all of them. */
  isTaken(address: IpAddress | null, port: number, reuseAddress: boolean): boolean {
    const users = this.#byPort.get(port);
    return (
      users?.some(
        (user) => !(reuseAddress && user.reuseAddress) && overlap(user.localAddress, address),
      ) ?? false
    );
  }

  add(user: T): void {
    const users = this.#byPort.get(user.localPort);
    if (users === undefined) this.#byPort.set(user.localPort, [user]);
    else this.#byPort.set(user.localPort, [user, ...users]);
  }

  remove(user: T): void {
    const users = this.#byPort.get(user.localPort)?.filter((other) => other !== user) ?? [];
    if (users.length === 0) this.#byPort.delete(user.localPort);
    else this.#byPort.set(user.localPort, users);
  }

  /** The socket for what comes from `remote` to `local`; `null` = there is none. */
  find(local: IpAddress, localPort: number, remote: IpAddress, remotePort: number): T | null {
    const users = this.#byPort.get(localPort);
    if (users === undefined) return null;
    let best: T | null = null;
    let bestFit = -1;
    for (let i = 0; i < users.length; i++) {
      const found = fit(users[i]!, local, remote, remotePort);
      if (found === BEST) return users[i]!;
      if (found > bestFit) {
        best = users[i]!;
        bestFit = found;
      }
    }
    return best;
  }

  /** The sockets for what comes to everybody: those bound to every address, and not connected. */
  findAll(localPort: number): readonly T[] {
    const users = this.#byPort.get(localPort);
    return (
      users?.filter(
        ({ localAddress, remoteAddress }) => localAddress === null && remoteAddress === null,
      ) ?? []
    );
  }

  /** Every socket; adding and removing meanwhile is allowed. */
  all(): T[] {
    return [...this.#byPort.values()].flat();
  }
}

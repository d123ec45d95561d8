/**
 * The names of a simulated network, looked up in virtual time: those of its hosts, and whatever else
 * a test puts down; and what goes wrong with looking them up.
 *
 * It is what hosts resolve names with, not a server that speaks DNS: nothing of it is on the wire.
 * Case and a dot at the end make no difference.
 */

import { parseIpv4 } from '@netlayers/bytes';
import type { Clock } from '@netlayers/host';
import { isLocalhost } from '@netlayers/stack';
import { NameError, type NameErrorCode } from './errors.js';

/** How a look-up goes. */
export interface LookUpFaults {
  /** Virtual time that it takes, in ms. @default 0 */
  readonly delayMs?: number;
  /** How it fails after that; `null` = it does not. @default null */
  readonly failure?: NameErrorCode | null;
}

/** Which look-ups are meant. @default all of them */
export interface LookUpScope {
  /** Of this name, or of an alias on the way to it. */
  readonly name?: string;
  /** By this host. */
  readonly host?: NamedHost;
}

/** What is known of a host. */
export interface NamedHost {
  readonly name: string;
  /** The first one is what it is reached at. */
  readonly addresses: readonly string[];
}

interface Rule extends LookUpScope {
  faults: LookUpFaults;
}

/** What a name stands for. */
type Entry = { readonly addresses: readonly string[] } | { readonly alias: string };

const LOOPBACK = '127.0.0.1';

/** As names are compared: of any case, with a dot at the end or not. */
export const normalized = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/** The resolver of a network; `network.resolver`. */
export class SimResolver {
  readonly #clock: Clock;
  readonly #hosts: readonly NamedHost[];
  readonly #entries = new Map<string, Entry>();
  readonly #rules: Rule[] = [];

  /** @param hosts of the network; more may come. */
  constructor(clock: Clock, hosts: readonly NamedHost[]) {
    this.#clock = clock;
    this.#hosts = hosts;
  }

  /**
   * Puts down what a name stands for, in place of what it stood for; the name of a host too.
   *
   * @param addresses in the order in which they are tried; none = the name is not there.
   * @throws RangeError for what is no IPv4 address.
   */
  set(name: string, addresses: string | readonly string[]): void {
    const list = typeof addresses === 'string' ? [addresses] : [...addresses];
    for (const address of list) {
      if (parseIpv4(address) === null) throw new RangeError(`${address} is not an IPv4 address`);
    }
    this.#entries.set(normalized(name), { addresses: list });
  }

  /** Has a name stand for whatever another one stands for, also later. */
  alias(name: string, target: string): void {
    this.#entries.set(normalized(name), { alias: normalized(target) });
  }

  /** Forgets what was put down for a name; a host of this name is found again. */
  delete(name: string): void {
    this.#entries.delete(normalized(name));
  }

  /**
   * Changes how look-ups go from now on. Where several such calls fit one, the last counts for each
   * field; those that are under way go on as they began.
   *
   * @throws RangeError for a delay that is none.
   */
  impair(faults: LookUpFaults, scope: LookUpScope = {}): void {
    const { delayMs = 0 } = faults;
    if (!(delayMs >= 0 && delayMs < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`a look-up cannot take ${delayMs} ms`);
    }
    const name = scope.name === undefined ? undefined : normalized(scope.name);
    const { host } = scope;
    const at = this.#rules.findIndex((rule) => rule.name === name && rule.host === host);
    const before = at < 0 ? {} : this.#rules.splice(at, 1)[0]!.faults;
    this.#rules.push({
      faults: { ...before, ...faults },
      ...(name !== undefined && { name }),
      ...(host !== undefined && { host }),
    });
  }

  /**
   * Looks a name up; an address is its own. `localhost` and what ends in it is the host itself
   * (RFC 6761, 6.3), at once and always.
   *
   * @param host who asks; only faults of one host depend on it.
   * @returns at least one address.
   * @throws rejects with a NameError.
   */
  async lookUp(name: string, host: NamedHost | null = null): Promise<readonly string[]> {
    if (parseIpv4(name) !== null) return [name];
    const wanted = normalized(name);
    if (isLocalhost(wanted)) return [LOOPBACK];
    const path = this.#pathFrom(wanted);
    const { delayMs, failure } = this.#faultsOf(path, host);
    if (delayMs > 0) {
      await new Promise<void>((resolve) => {
        this.#clock.setTimer(this.#clock.now() + delayMs, resolve);
      });
    }
    if (failure !== null) throw new NameError(failure, name);
    // What has changed meanwhile counts: the answer is given now.
    const addresses = this.#addressesOf(this.#pathFrom(wanted).at(-1)!);
    if (addresses.length === 0) throw new NameError('ENOTFOUND', name);
    return addresses;
  }

  /** The name, its alias, and so on; aliases that go round in a circle end where they began. */
  #pathFrom(name: string): string[] {
    const path = [name];
    for (;;) {
      const entry = this.#entries.get(path.at(-1)!);
      if (entry === undefined || !('alias' in entry)) return path;
      if (path.includes(entry.alias)) return path;
      path.push(entry.alias);
    }
  }

  #addressesOf(name: string): readonly string[] {
    const entry = this.#entries.get(name);
    if (entry !== undefined) return 'addresses' in entry ? entry.addresses : [];
    return this.#hosts.find((host) => normalized(host.name) === name)?.addresses ?? [];
  }

  #faultsOf(path: readonly string[], host: NamedHost | null): Required<LookUpFaults> {
    const all = { delayMs: 0, failure: null };
    for (const rule of this.#rules) {
      if (rule.name !== undefined && !path.includes(rule.name)) continue;
      if (rule.host === undefined || rule.host === host) Object.assign(all, rule.faults);
    }
    return all;
  }
}

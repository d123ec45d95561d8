/**
 * Gives an interface its addresses, MTU, queue length and routes, by ioctl: no external command.
 *
 * What is right already is left alone. So a device that root has set up once is used by somebody
 * who may not set anything, and only a difference asks for a permission.
 */

import { writeFileSync } from 'node:fs';
import { formatIpv4 } from '@netlayers/bytes';
import { formatCidr, maskOf, type Network } from './cidr.js';
import { explainReading, explainSetting, type Subject } from './explain-errno.js';
import { InterfaceRequestBlock } from './interface-request.js';
import { Errno, InterfaceFlag, InterfaceRequest as Request, Sys } from './linux.js';
import { readRoutes } from './routing-table.js';
import type { Syscalls } from './syscalls.js';

/** What an interface should look like; `null` = as it is. */
export interface Configuration {
  readonly address: number;
  readonly peer: number;
  /** `null` with a new address is 32. */
  readonly prefixLength: number | null;
  readonly mtu: number | null;
  /** Packets its ring should hold at least. */
  readonly queueLength: number;
  readonly routes: readonly Network[];
}

/** What it does look like. */
export interface InterfaceState {
  readonly mtu: number;
  readonly queueLength: number;
}

/** One interface and the socket through which it is asked and set; `close` it. */
export class InterfaceSettings {
  readonly #syscalls: Syscalls;
  readonly #block: InterfaceRequestBlock;
  readonly #socket: number;
  readonly #subject: Subject;

  constructor(syscalls: Syscalls, subject: Subject) {
    this.#syscalls = syscalls;
    this.#subject = subject;
    this.#block = new InterfaceRequestBlock(syscalls);
    this.#socket = syscalls.socket(Sys.AF_INET, Sys.SOCK_DGRAM | Sys.O_CLOEXEC, 0);
    if (this.#socket < 0) throw explainReading(-this.#socket, subject);
  }

  /** The kernel's own address on the link and our one; `null` without. */
  readPair(): { address: number; peer: number } | null {
    const peer = this.#getAddress(Request.SIOCGIFADDR);
    const address = this.#getAddress(Request.SIOCGIFDSTADDR);
    return peer === null || address === null ? null : { address, peer };
  }

  /**
   * Makes the interface what it should be and brings it up.
   *
   * @throws TunError e.g. `EPERM` when something differs and may not be set.
   */
  apply(wanted: Configuration): InterfaceState {
    this.#applyPair(wanted);
    if (wanted.mtu !== null && this.#getInt(Request.SIOCGIFMTU) !== wanted.mtu) {
      this.#set(
        Request.SIOCSIFMTU,
        this.#block.startInt(this.#subject.name, wanted.mtu),
        'the MTU',
        `ip link set ${this.#subject.name} mtu ${wanted.mtu}`,
      );
    }
    this.#lengthenQueue(wanted.queueLength);
    this.#bringUp();
    this.#addRoutes(wanted.routes);
    return {
      mtu: this.#getInt(Request.SIOCGIFMTU),
      queueLength: Math.max(0, this.#getInt(Request.SIOCGIFTXQLEN)),
    };
  }

  /** Router solicitations and the like would only wake us: nobody speaks IPv6 on the other end. */
  silenceIpv6(): void {
    try {
      writeFileSync(`/proc/sys/net/ipv6/conf/${this.#subject.name}/disable_ipv6`, '1');
    } catch {
      // Not permitted, or a kernel without IPv6: those packets are dropped one layer up.
    }
  }

  close(): void {
    this.#syscalls.close(this.#socket);
  }

  #applyPair({ address, peer, prefixLength }: Configuration): void {
    const { name } = this.#subject;
    const host = `the address ${formatIpv4(peer)} peer ${formatIpv4(address)}`;
    const command =
      `ip address replace ${formatIpv4(peer)} peer ${formatIpv4(address)}/${prefixLength ?? 32} ` +
      `dev ${name}`;
    // In this order: setting the local address resets the other two.
    if (this.#getAddress(Request.SIOCGIFADDR) !== peer) {
      this.#set(Request.SIOCSIFADDR, this.#block.startAddress(name, peer), host, command);
    }
    if (this.#getAddress(Request.SIOCGIFDSTADDR) !== address) {
      this.#set(Request.SIOCSIFDSTADDR, this.#block.startAddress(name, address), host, command);
    }
    if (prefixLength === null) return;
    const mask = maskOf(prefixLength);
    if (this.#getAddress(Request.SIOCGIFNETMASK) !== mask) {
      this.#set(Request.SIOCSIFNETMASK, this.#block.startAddress(name, mask), host, command);
    }
  }

  /** A longer ring where it may be set; a shorter one only costs speed, so a refusal is no error. */
  #lengthenQueue(length: number): void {
    if (this.#getInt(Request.SIOCGIFTXQLEN) >= length) return;
    this.#syscalls.ioctl(
      this.#socket,
      Request.SIOCSIFTXQLEN,
      this.#block.startInt(this.#subject.name, length),
    );
  }

  #bringUp(): void {
    const { name } = this.#subject;
    const result = this.#get(Request.SIOCGIFFLAGS);
    const flags = result < 0 ? 0 : this.#block.readShort();
    if ((flags & InterfaceFlag.IFF_UP) !== 0) return;
    this.#set(
      Request.SIOCSIFFLAGS,
      this.#block.startShort(name, flags | InterfaceFlag.IFF_UP),
      'the link',
      `ip link set ${name} up`,
    );
  }

  #addRoutes(routes: readonly Network[]): void {
    if (routes.length === 0) return;
    const { name } = this.#subject;
    const present = new Set(
      readRoutes()
        .filter((route) => route.interfaceName === name)
        .map(formatCidr),
    );
    for (const route of routes) {
      const text = formatCidr(route);
      if (present.has(text)) continue;
      present.add(text);
      const block = this.#block.startRoute(name, route);
      this.#set(
        Request.SIOCADDRT,
        block,
        `the route to ${text}`,
        `ip route add ${text} dev ${name}`,
      );
    }
  }

  #get(request: number): number {
    return this.#syscalls.ioctl(this.#socket, request, this.#block.start(this.#subject.name));
  }

  #getInt(request: number): number {
    return this.#get(request) < 0 ? -1 : this.#block.readInt();
  }

  #getAddress(request: number): number | null {
    const result = this.#get(request);
    if (result >= 0) return this.#block.readAddress();
    if (result === -Errno.EADDRNOTAVAIL) return null;
    throw explainReading(-result, this.#subject);
  }

  #set(request: number, block: number, setting: string, command: string): void {
    const result = this.#syscalls.ioctl(this.#socket, request, block);
    if (result < 0) {
      const { name } = this.#subject;
      throw explainSetting(-result, `${setting} of ${name}`, command, this.#subject);
    }
  }
}

/**
 * A TUN descriptor as `LinkDevice`: one read(2) or write(2) per packet, readiness from Node's own
 * event loop.
 *
 * Invariants: one packet is in the receive buffer at a time, so it stays in the cache; what the
 * kernel does not take stays queued in order; the descriptor is watched for input only while
 * somebody wants to hear of it, and a listener that was told but does not receive is not told again
 * until it does (readiness is level-triggered: it would spin).
 */

import {
  ChecksumState as Checksum,
  type ChecksumState,
  type LinkCapabilities,
  type PacketReceiver,
} from '@netlayers/link';
import { TunError } from './errors.js';
import { LentText } from './lent-text.js';
import { Errno } from './linux.js';
import type { Syscalls, Watch } from './syscalls.js';
import { TransmitSlab } from './transmit-slab.js';
import {
  newCounters,
  reportLoss,
  type TunCounters,
  type TunDevice,
  type TunIdentity,
} from './tun-device.js';
import {
  VNET_HEADER_LENGTH,
  vnetChecksum,
  vnetSegmentSize,
  writeVnetHeader,
} from './vnet-header.js';

/** The largest IPv4 packet, and so the largest super-segment. */
const LARGEST_PACKET = 65_535;
const PLAIN_SLAB = 256 * 1024;
const OFFLOAD_SLAB = 1024 * 1024;

/** How to carry packets over a descriptor that is already a configured TUN device. */
export interface KoffiDeviceOptions extends TunIdentity {
  readonly syscalls: Syscalls;
  /** Non-blocking, attached to its interface; `close` closes it. */
  readonly fd: number;
  /** Whether the device was opened with IFF_VNET_HDR and its offloads. */
  readonly offload: boolean;
}

/**
 * Memory for one packet, of its own and not filled with zeros: what lies behind the packet is nobody's. Never
 * a Buffer (of that, `slice` would be a view).
 */
const newReceiveBuffer = (): Uint8Array =>
  new Uint8Array(Buffer.allocUnsafeSlow(VNET_HEADER_LENGTH + LARGEST_PACKET + 1).buffer);

/** Whether the kernel takes a packet later that it does not take now. */
const isBusy = (result: number): boolean =>
  result === -Errno.EAGAIN || result === -Errno.ENOBUFS || result === -Errno.ENOMEM;

/** The device behind `driver: 'koffi'`. */
export class KoffiDevice implements TunDevice {
  readonly driver = 'koffi';
  readonly name: string;
  readonly address: string;
  readonly peer: string;
  readonly mtu: number;
  readonly persistent: boolean;
  readonly fd: number;
  readonly capabilities: LinkCapabilities;
  readonly counters: TunCounters = newCounters();
  readonly transmitBuffer: Uint8Array;
  onWritable: (() => void) | null = null;
  onError: ((error: TunError) => void) | null = null;

  readonly #syscalls: Syscalls;
  readonly #headerLength: number;
  readonly #watch: Watch;
  #receiveBuffer: Uint8Array;
  #receiveAddress: number;
  readonly #slab: TransmitSlab;
  readonly #slabAddress: number;
  readonly #lent: LentText;
  #onReadable: (() => void) | null = null;
  #closed = false;
  /** `onReadable` was called and `receive` was not, since. */
  #told = false;
  /** Told twice in vain: input is not watched until `receive` is called. */
  #parked = false;
  /** The kernel takes nothing more for now. */
  #blocked = false;
  /** `reserve` returned -1 and the owner has not been told of room since. */
  #wantsRoom = false;
  #watchesReadable = false;
  #watchesWritable = false;

  constructor(options: KoffiDeviceOptions) {
    const { syscalls, fd, offload, mtu } = options;
    this.name = options.name;
    this.address = options.address;
    this.peer = options.peer;
    this.mtu = mtu;
    this.persistent = options.persistent;
    this.fd = fd;
    this.#syscalls = syscalls;
    this.#headerLength = offload ? VNET_HEADER_LENGTH : 0;
    this.capabilities = {
      mtu,
      headroom: this.#headerLength,
      checksumOffload: offload,
      segmentationOffload: offload ? LARGEST_PACKET : 0,
      receiveQueue: options.receiveQueue,
    };
    this.#receiveBuffer = newReceiveBuffer();
    this.#receiveAddress = syscalls.addressOf(this.#receiveBuffer);
    this.#slab = new TransmitSlab(
      offload ? OFFLOAD_SLAB : Math.max(PLAIN_SLAB, 4 * mtu),
      this.#headerLength,
      offload ? LARGEST_PACKET : mtu,
    );
    this.transmitBuffer = this.#slab.bytes;
    this.#slabAddress = syscalls.addressOf(this.transmitBuffer);
    this.#lent = new LentText(syscalls);
    this.#watch = syscalls.watch(fd, (failed, readable, writable) =>
      this.#onPoll(failed, readable, writable),
    );
  }

  get onReadable(): (() => void) | null {
    return this.#onReadable;
  }

  set onReadable(callback: (() => void) | null) {
    this.#onReadable = callback;
    this.#told = false;
    this.#parked = false;
    this.#rewatch();
  }

  receive(max: number, receiver: PacketReceiver): number {
    if (this.#closed) return 0;
    this.#told = false;
    if (this.#parked) {
      this.#parked = false;
      this.#rewatch();
    }
    const { counters, fd } = this;
    const header = this.#headerLength;
    let count = 0;
    while (count < max) {
      const buf = this.#receiveBuffer;
      const length = this.#syscalls.read(fd, this.#receiveAddress, buf.length);
      if (length <= header) {
        if (length === -Errno.EINTR) continue;
        if (length !== -Errno.EAGAIN) this.#readFailed(length);
        break;
      }
      count++;
      counters.receivedPackets++;
      counters.receivedBytes += length - header;
      if (header === 0) receiver.handlePacket(buf, 0, length, Checksum.COMPLETE, 0);
      else {
        receiver.handlePacket(buf, header, length, vnetChecksum(buf, 0), vnetSegmentSize(buf, 0));
      }
      if (this.#closed) break;
    }
    return count;
  }

  keep(buf: Uint8Array): boolean {
    if (buf !== this.#receiveBuffer || this.#closed) return false;
    this.#receiveBuffer = newReceiveBuffer();
    this.#receiveAddress = this.#syscalls.addressOf(this.#receiveBuffer);
    return true;
  }

  reserve(length: number): number {
    if (this.#closed) return -1;
    this.#lent.clear();
    const at = this.#slab.reserve(length);
    if (at < 0 && !this.#wantsRoom) {
      this.#wantsRoom = true;
      this.counters.transmitBlocked++;
    }
    return at;
  }

  lend(at: number, buf: Uint8Array, start: number, end: number): void {
    this.#lent.take(at, buf, start, end);
  }

  commit(start: number, end: number, checksum: ChecksumState, segmentSize: number): void {
    if (this.#closed) return;
    this.#slab.commit(start, end);
    if (this.#headerLength > 0) {
      writeVnetHeader(this.transmitBuffer, start, end, checksum, segmentSize);
    }
    if (this.#lent.isThere) this.#writeLent();
  }

  /** Writes the last packet, whose text is lent, at once; copies the text if the kernel takes nothing now. */
  #writeLent(): void {
    const [slab, lent] = [this.#slab, this.#lent];
    const last = slab.tail - 1;
    if (!this.#blocked) this.#drain(last);
    if (slab.head < last || !lent.isListable || !this.#gather(last)) lent.copy(this.transmitBuffer);
    lent.clear();
  }

  /** Writes a packet and the text lent for it. Returns false when the kernel takes nothing now. */
  #gather(index: number): boolean {
    const [slab, lent] = [this.#slab, this.#lent];
    const start = slab.starts[index]!;
    const pieces = lent.list(this.#slabAddress, start);
    const result = this.#syscalls.writev(this.fd, lent.address, pieces);
    if (isBusy(result) || result === -Errno.EINTR) return false;
    this.#count(result, slab.ends[index]! - start - this.#headerLength);
    slab.clear();
    return true;
  }

  flush(): void {
    if (this.#closed) return;
    this.#drain();
    // Never from inside flush: the owner is in the middle of its own output.
    if (this.#wantsRoom && !this.#blocked) setImmediate(() => this.#giveRoom());
  }

  ref(): void {
    this.#watch.ref();
  }

  unref(): void {
    this.#watch.unref();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.counters.transmitErrors += this.#slab.tail - this.#slab.head;
    this.#slab.clear();
    this.#watch.close();
    this.#syscalls.close(this.fd);
  }

  /** Writes what is queued, up to a packet, until it has gone or the kernel takes no more. */
  #drain(until = this.#slab.tail): void {
    const slab = this.#slab;
    const { starts, ends } = slab;
    const { fd } = this;
    const header = this.#headerLength;
    while (slab.head < until) {
      const start = starts[slab.head]!;
      const length = ends[slab.head]! - start;
      const result = this.#syscalls.write(fd, this.#slabAddress + start, length);
      if (result === -Errno.EINTR) continue;
      if (isBusy(result)) {
        this.counters.transmitBlocked++;
        this.#blocked = true;
        this.#rewatch();
        return;
      }
      this.#count(result, length - header);
      slab.head++;
    }
    if (slab.isEmpty) slab.clear();
    this.#blocked = false;
  }

  /** Counts a packet of `length` bytes by what the kernel has said of it. */
  #count(result: number, length: number): void {
    const { counters } = this;
    if (result >= 0) {
      counters.transmittedPackets++;
      counters.transmittedBytes += length;
    } else {
      // EINVAL: not an IP packet; EIO: the interface is down. The packet is lost, as on any link.
      counters.transmitErrors++;
    }
  }

  #giveRoom(): void {
    if (this.#closed || !this.#wantsRoom || this.#blocked) return;
    this.#wantsRoom = false;
    this.onWritable?.();
  }

  #onPoll(failed: boolean, readable: boolean, writable: boolean): void {
    if (this.#closed) return;
    if (failed) {
      this.#lose();
      return;
    }
    if (writable && this.#blocked) {
      this.#drain();
      this.#giveRoom();
    }
    if (readable && !this.#closed && this.#onReadable !== null) {
      if (this.#told) this.#parked = true;
      else {
        this.#told = true;
        this.counters.wakeups++;
        this.#onReadable();
      }
    }
    this.#rewatch();
  }

  #readFailed(result: number): void {
    this.counters.receiveErrors++;
    // The owner is inside `receive`; it hears of a lost device afterwards.
    if (result === -Errno.EBADFD) setImmediate(() => this.#lose());
  }

  #lose(): void {
    if (this.#closed) return;
    this.close();
    reportLoss(
      this,
      new TunError('ENODEV', `${this.name} is gone: somebody removed the interface, open it again`),
    );
  }

  /** Brings what the event loop watches for in line with what is wanted. */
  #rewatch(): void {
    if (this.#closed) return;
    const readable = this.#onReadable !== null && !this.#parked;
    const writable = this.#blocked;
    if (readable === this.#watchesReadable && writable === this.#watchesWritable) return;
    this.#watchesReadable = readable;
    this.#watchesWritable = writable;
    this.#watch.want({ readable, writable });
  }
}

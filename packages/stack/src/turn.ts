/**
 * The loop of a stack, in turns of two halves. *Input*: receive a batch, run due timers, call
 * handlers. *Output*: TCP writes what is due, the device is flushed once, one timer is armed at the
 * next deadline. What the host sends to itself goes the same way, without the device.
 *
 * The output half runs after the microtasks of the input half, so that a handler that awaits no
 * I/O answers in the same flush, its data carrying the ACK. Packets per turn are bounded, and a
 * turn that leaves input behind, or one of many in a row, lets the host do something else before
 * the next half: neither a flood nor two stacks that answer each other starve timers or anybody else
 * in the process.
 */

import type { Clock, TurnScheduler } from '@netlayers/host';
import type { IpHost } from '@netlayers/ip';
import type { ChecksumState, PacketReceiver } from '@netlayers/link';
import type { Tcp } from '@netlayers/tcp';
import type { Udp } from '@netlayers/udp';
import type { DrivenDevice } from './link-group.js';
import type { UnclaimedPackets } from './unclaimed.js';

/** Packets received in one turn at most. */
const BATCH = 128;
/** Output halves and packets received, together, after which the host's timers and sockets have their turn. */
const CREDIT = 128;
/**
 * From so many octets on no more is received in a turn, or a few super-packets would make it a long one:
 * until it is over their sender hears of none, and what readers have no room for is copied to wait for them.
 */
const BATCH_OCTETS = 0x4_0000;
/** Packets between two looks at how many octets have come. */
const LOT = 8;

/** Runs the turns of one stack. */
export class TurnLoop implements PacketReceiver {
  /** Called at the end of every turn while something wants to know. */
  onTurnEnd: (() => void) | null = null;
  readonly #device: DrivenDevice;
  readonly #ip: IpHost;
  readonly #tcp: Tcp;
  readonly #udp: Udp;
  readonly #clock: Clock;
  readonly #scheduler: TurnScheduler;
  readonly #unclaimed: UnclaimedPackets | null;
  readonly #input = (): void => this.#runInput();
  readonly #output = (): void => this.#runOutput();
  readonly #timerFired = (): void => {
    this.#timerAt = Number.POSITIVE_INFINITY;
    this.#runInput();
  };
  #inputScheduled = false;
  #outputScheduled = false;
  /** What is left until then. */
  #credit = CREDIT;
  #timer = 0;
  #timerAt = Number.POSITIVE_INFINITY;
  /** Time of the input half that runs, in monotonic ms. */
  #now = 0;
  #stopped = false;
  /** Octets received in this turn. */
  #octets = 0;

  constructor(
    device: DrivenDevice,
    ip: IpHost,
    tcp: Tcp,
    udp: Udp,
    clock: Clock,
    scheduler: TurnScheduler,
    unclaimed: UnclaimedPackets | null,
  ) {
    this.#device = device;
    this.#ip = ip;
    this.#tcp = tcp;
    this.#udp = udp;
    this.#clock = clock;
    this.#scheduler = scheduler;
    this.#unclaimed = unclaimed;
    device.onReadable = () => this.#scheduleInput();
    device.onWritable = () => {
      udp.handleWritable();
      this.scheduleOutput();
    };
    tcp.onWork = () => this.scheduleOutput();
    udp.onWork = tcp.onWork;
    tcp.onKeep = (buf) => device.keep?.(buf) === true;
    // What came before we listened has been announced to nobody.
    this.#scheduleInput();
  }

  handlePacket(
    buf: Uint8Array,
    start: number,
    end: number,
    checksum: ChecksumState,
    segmentSize: number,
  ): void {
    this.#octets += end - start;
    this.#unclaimed?.handlePacket(buf, start, end, checksum, segmentSize);
    this.#ip.handlePacket(buf, start, end, checksum, segmentSize, this.#now);
  }

  /** Takes a packet that no device has received. Never from inside a turn. */
  inject(
    buf: Uint8Array,
    start: number,
    end: number,
    checksum: ChecksumState,
    segmentSize: number,
  ): void {
    if (this.#stopped) return;
    this.#now = this.#clock.now();
    this.handlePacket(buf, start, end, checksum, segmentSize);
    this.scheduleOutput();
  }

  /** Asks for an output half; any number of requests before it are one. */
  scheduleOutput(): void {
    if (this.#outputScheduled || this.#stopped) return;
    this.#outputScheduled = true;
    if (this.#credit > 0) {
      this.#scheduler.afterMicrotasks(this.#output);
    } else {
      this.#credit = CREDIT;
      this.#scheduler.macrotask(this.#output);
    }
  }

  /** Transmits what is due, here and now, and never runs again. */
  stop(): void {
    if (this.#stopped) return;
    this.#tcp.pollTransmit(this.#clock.now());
    this.#device.flush();
    this.halt();
  }

  /** Never runs again, and transmits nothing. */
  halt(): void {
    this.#stopped = true;
    this.#clock.clearTimer(this.#timer);
    this.#device.onReadable = null;
    this.#device.onWritable = null;
    this.#tcp.onWork = null;
    this.#tcp.onKeep = null;
    this.#udp.onWork = null;
  }

  #scheduleInput(): void {
    if (this.#inputScheduled || this.#stopped) return;
    this.#inputScheduled = true;
    this.#scheduler.soon(this.#input);
  }

  #runInput(): void {
    this.#inputScheduled = false;
    if (this.#stopped) return;
    const now = this.#clock.now();
    this.#now = now;
    const isMore = this.#receive();
    const looped = this.#receiveLooped(now);
    this.#credit -= looped;
    if (this.#stopped) return;
    try {
      // What went to ourselves has left its queue, which announces nothing.
      if (looped > 0) this.#udp.handleWritable();
      this.#ip.handleTimeout(now);
      this.#tcp.handleTimeout(now);
      this.#udp.handleTimeout(now);
      this.#deliverEvents();
    } finally {
      // Also when a handler throws: what waits does not wait for the next packet.
      this.scheduleOutput();
      if ((isMore || looped === BATCH) && !this.#inputScheduled) {
        this.#inputScheduled = true;
        this.#scheduler.macrotask(this.#input);
      }
    }
  }

  /** Receives a batch from the device. Returns whether more may wait there. */
  #receive(): boolean {
    this.#octets = 0;
    for (
      let count = 0;
      count < BATCH && this.#octets < BATCH_OCTETS && !this.#stopped;
      count += LOT
    ) {
      const received = this.#device.receive(LOT, this);
      this.#credit -= received;
      if (received < LOT) return false;
    }
    return true;
  }

  #deliverEvents(): void {
    this.#tcp.deliverEvents();
    this.#udp.deliverEvents();
  }

  /** One by one: a handler may halt the stack, and nothing is received any more then. */
  #receiveLooped(now: number): number {
    let count = 0;
    while (count < BATCH && !this.#stopped && this.#ip.receiveLooped(1, now) > 0) count++;
    return count;
  }

  #runOutput(): void {
    this.#outputScheduled = false;
    this.#credit--;
    if (this.#stopped) return;
    try {
      this.#deliverEvents();
    } finally {
      this.#transmit();
    }
  }

  #transmit(): void {
    if (this.#stopped) return;
    const isDone = this.#tcp.pollTransmit(this.#clock.now());
    this.#device.flush();
    if (this.#ip.flushLooped()) this.#scheduleInput();
    this.#armTimer();
    // A full device calls onWritable; events that caused events get a round of their own.
    const hasEvents = this.#tcp.hasEvents || this.#udp.hasEvents;
    if (hasEvents || (isDone && this.#tcp.hasOutput)) this.scheduleOutput();
    this.onTurnEnd?.();
  }

  /** One host timer for all deadlines. One that is armed too early finds nothing to do and is armed again. */
  #armTimer(): void {
    const deadline = Math.min(
      this.#tcp.nextDeadline(),
      this.#udp.nextDeadline(),
      this.#ip.nextDeadline(),
    );
    if (deadline >= this.#timerAt) return;
    this.#clock.clearTimer(this.#timer);
    this.#timerAt = deadline;
    this.#timer = this.#clock.setTimer(deadline, this.#timerFired);
  }
}

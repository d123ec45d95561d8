/**
 * When something runs that is to run later: before the host waits, after its microtasks, or after
 * everything else that it has to do.
 *
 * Node drains its ticks once no microtask is left, without a pass of its event loop, which costs more
 * than a small packet: there a turn ends as soon as its microtasks have. Where there are no ticks it
 * ends with the macrotask that follows.
 *
 * The host's functions are taken when this module is loaded. Fake timers of a test replace the
 * globals, and then nothing runs until the test says so: a stack or a simulated network whose turns
 * depended on them would hang.
 */

/** When the two halves of a stack's turn run. */
export interface TurnScheduler {
  /** Before the host waits for anything, and not inside this call. */
  soon(callback: () => void): void;
  /**
   * After every microtask that is queued by now or by those. Who asks again and again may keep the host
   * from its timers and sockets.
   */
  afterMicrotasks(callback: () => void): void;
  /** After those too, and once the host has looked at its timers and sockets. */
  macrotask(callback: () => void): void;
}

/** The part of a MessagePort that is used; Node's types and the web's do not agree on it. */
interface Port {
  onmessage: (() => void) | null;
  postMessage(message: null): void;
}

/** What hosts have; the last three are missing in some. */
interface Host {
  queueMicrotask(callback: () => void): void;
  setTimeout(callback: () => void, delayMs: number): unknown;
  setImmediate?: (callback: () => void) => unknown;
  MessageChannel?: new () => { readonly port1: Port; readonly port2: Port };
  process?: { nextTick?(callback: () => void): void };
}

const { queueMicrotask, setTimeout, setImmediate, MessageChannel, process } =
  globalThis as unknown as Host;

/**
 * Macrotasks: `setImmediate` where there is one, else a message to ourselves, which no host delays,
 * else a timer, which browsers delay by up to 4 ms.
 */
function macrotask(): (callback: () => void) => void {
  if (setImmediate !== undefined) return (callback) => void setImmediate(callback);
  if (MessageChannel === undefined) return (callback) => void setTimeout(callback, 0);
  const waiting: (() => void)[] = [];
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => waiting.shift()?.();
  return (callback) => {
    waiting.push(callback);
    port2.postMessage(null);
  };
}

/** Microtasks, and the ticks of Node, which come when the last of them has run. */
class Ticks implements TurnScheduler {
  readonly macrotask = macrotask();
  readonly #nextTick: (callback: () => void) => void;
  /** Something that was to run soon does. */
  #isInMicrotask = false;

  constructor(nextTick: (callback: () => void) => void) {
    this.#nextTick = nextTick;
  }

  soon(callback: () => void): void {
    // A reaction costs less than half of what `queueMicrotask` does on Node.
    void NOW.then(() => this.#run(callback));
  }

  afterMicrotasks(callback: () => void): void {
    // A tick that a macrotask asks for comes before its microtasks, one that a microtask asks for behind.
    if (this.#isInMicrotask) this.#nextTick(callback);
    else void NOW.then(() => this.#nextTick(callback));
  }

  #run(callback: () => void): void {
    this.#isInMicrotask = true;
    try {
      callback();
    } catch (error) {
      // As the host reports it that calls back by itself, and not as a promise without a handler.
      queueMicrotask(() => {
        throw error;
      });
    } finally {
      this.#isInMicrotask = false;
    }
  }
}

const NOW = Promise.resolve();

/** The host's own way to run something later. */
export function hostScheduler(): TurnScheduler {
  const { nextTick } = process ?? {};
  if (nextTick !== undefined) return new Ticks(nextTick);
  const later = macrotask();
  return { soon: (callback) => queueMicrotask(callback), afterMicrotasks: later, macrotask: later };
}

/**
 * When something runs that is to run later: before the host waits, or after its microtasks.
 *
 * The host's functions are taken when this module is loaded. Fake timers of a test replace the
 * globals, and then nothing runs until the test says so: a stack or a simulated network whose turns
 * depended on them would hang.
 */

/** When the two halves of a stack's turn run. */
export interface TurnScheduler {
  /** Before the host waits for anything, and not inside this call. */
  soon(callback: () => void): void;
  /** After every microtask that is queued by now or by those. */
  afterMicrotasks(callback: () => void): void;
}

/** The part of a MessagePort that is used; Node's types and the web's do not agree on it. */
interface Port {
  onmessage: (() => void) | null;
  postMessage(message: null): void;
}

/** What hosts have; the last two are missing in some. */
interface Host {
  queueMicrotask(callback: () => void): void;
  setTimeout(callback: () => void, delayMs: number): unknown;
  setImmediate?: (callback: () => void) => unknown;
  MessageChannel?: new () => { readonly port1: Port; readonly port2: Port };
}

const { queueMicrotask, setTimeout, setImmediate, MessageChannel } = globalThis as unknown as Host;

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

/** The host's own way to run something later. */
export function hostScheduler(): TurnScheduler {
  return { soon: (callback) => queueMicrotask(callback), afterMicrotasks: macrotask() };
}

/**
 * Time as the server needs it: the structural part of `@netlayers/link`'s `Clock`, declared here
 * because a server stands on HTTP and on nothing below it. Any such clock fits, a manual one too.
 */

/** A source of time and of one-shot timers. */
export interface ServerClock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Milliseconds since 1970-01-01 UTC. */
  wallTime(): number;
  /** Calls back once `now()` has reached `atMs`, never inside this call. Returns an id. */
  setTimer(atMs: number, callback: () => void): number;
  /** Forgets a timer. */
  clearTimer(id: number): void;
}

/** The clock of the host: `performance` and `setTimeout`. */
export function hostClock(): ServerClock {
  const timers = new Map<number, ReturnType<typeof setTimeout>>();
  let lastId = 0;
  return {
    now: () => performance.now(),
    wallTime: () => Date.now(),
    setTimer(atMs, callback) {
      const id = ++lastId;
      const fire = () => {
        timers.delete(id);
        callback();
      };
      timers.set(id, setTimeout(fire, Math.max(0, Math.ceil(atMs - performance.now()))));
      return id;
    },
    clearTimer(id) {
      clearTimeout(timers.get(id));
      timers.delete(id);
    },
  };
}

/**
 * Runs virtual time for programs with promises: everything that happens at one moment, the
 * microtasks that it causes, and only then the next moment. Nothing ever sleeps.
 *
 * A moment is made of rounds. Events fire, up to the first timer, and the input halves of the hosts'
 * turns run; then the host's own macrotask queue is asked for a turn, which means that every
 * microtask has run, however long its chain; so for each timer that is due. Then the output halves
 * run, and again everything that they have caused. When a round causes nothing, the clock moves.
 *
 * Invariant: time moves only when no microtask, no task of a host and no `outside` work is left, nor
 * a file that the host is known to read.
 */

import { hostPause, hostScheduler, type TurnScheduler } from '@netlayers/host';
import { SimError } from './errors.js';
import { RealWork } from './real-work.js';
import type { VirtualClock } from './virtual-clock.js';

/** Rounds in one moment after which time is said to stand still for good. */
const MOST_ROUNDS = 500_000;

/** What somebody waits for while time runs. */
interface Goal {
  isDone(): boolean;
  /** Virtual time at which the goal fails. */
  readonly limitAt: number;
  readonly limitMs: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Runs the time of one network. */
export class Driver implements TurnScheduler {
  readonly #clock: VirtualClock;
  readonly #describe: () => string;
  readonly #hostTask = hostScheduler().macrotask;
  readonly #round = (): void => this.#runRound();
  #soon: (() => void)[] = [];
  #after: (() => void)[] = [];
  #goals: Goal[] = [];
  /** What was thrown while nobody let time run. */
  readonly #failures: unknown[] = [];
  #running = false;
  #holds = 0;
  #rounds = 0;
  readonly #realWork = new RealWork();
  /** Real time before the next round. */
  #pauseMs = 0;

  /** @param describe says in a few words who is left, for the message of a deadlock. */
  constructor(clock: VirtualClock, describe: () => string) {
    this.#clock = clock;
    this.#describe = describe;
  }

  soon(callback: () => void): void {
    this.#soon.push(callback);
  }

  afterMicrotasks(callback: () => void): void {
    this.#after.push(callback);
  }

  macrotask(callback: () => void): void {
    this.#after.push(callback);
  }

  /** Lets time run until a condition holds; it is looked at once a moment. */
  drive(isDone: () => boolean, limitMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failures.length > 0) {
        reject(this.#failures.shift());
        return;
      }
      const limitAt = this.#clock.now() + limitMs;
      this.#goals.push({ isDone, limitAt, limitMs, resolve, reject });
      this.#resume();
    });
  }

  /** Fails whoever lets time run; with nobody there, the next one who does. */
  fail(error: unknown): void {
    if (this.#goals.length === 0) this.#failures.push(error);
    else this.#fail(() => error);
  }

  /** Stops time while a promise of the real world is pending. */
  async hold<T>(promise: PromiseLike<T>): Promise<T> {
    this.#holds++;
    try {
      return await promise;
    } finally {
      this.#holds--;
      this.#resume();
    }
  }

  #resume(): void {
    if (this.#running || this.#goals.length === 0) return;
    this.#running = true;
    this.#hostTask(this.#round);
  }

  /** Every microtask has run. Does the next thing, and comes back after its microtasks. */
  #runRound(): void {
    try {
      if (this.#soon.length > 0) this.#runSoon();
      else if (this.#clock.fireDue()) this.#runSoon();
      else if (this.#after.length > 0) this.#runAfter();
      else if (!this.#moveOn()) return;
      if (++this.#rounds > MOST_ROUNDS) {
        throw new SimError(
          'ELIVELOCK',
          `time stands still at ${this.#time()}: ${MOST_ROUNDS} rounds; a loop of setImmediate or of timers of 0 ms? let time pass in it: sleep(1)`,
        );
      }
    } catch (error) {
      // A handler has thrown: whoever lets time run is told, as a host would end its process.
      this.#fail(() => error);
    }
    this.#comeBack();
  }

  /** The next round, after every microtask, or after a pause of real time. */
  #comeBack(): void {
    const ms = this.#pauseMs;
    this.#pauseMs = 0;
    if (ms > 0) hostPause(this.#round, ms);
    else this.#hostTask(this.#round);
  }

  #runSoon(): void {
    while (this.#soon.length > 0) {
      const tasks = this.#soon;
      this.#soon = [];
      for (const task of tasks) task();
    }
  }

  #runAfter(): void {
    const tasks = this.#after;
    this.#after = [];
    for (const task of tasks) task();
  }

  /** The moment is over. Returns false when nobody wants time to go on. */
  #moveOn(): boolean {
    const before = this.#goals.length;
    this.#goals = this.#goals.filter((goal) => {
      if (!goal.isDone()) return true;
      goal.resolve();
      return false;
    });
    // Whoever has waited goes on in this moment, before time moves for the others.
    if (this.#goals.length > 0 && this.#goals.length < before) return true;
    if (this.#goals.length === 0 || this.#holds > 0) {
      this.#running = false;
      return false;
    }
    const next = this.#clock.nextEvent;
    const isLast = next === Number.POSITIVE_INFINITY;
    if (next > this.#clock.now()) {
      const wait = isLast ? this.#realWork.beforeDeadlock() : this.#realWork.beforeMove();
      if (wait !== 'go on') {
        this.#rounds = 0;
        this.#pauseMs = wait;
        return true;
      }
    }
    if (isLast) {
      this.#callDeadlock();
      return true;
    }
    this.#expire(next);
    if (this.#goals.length === 0) return true;
    if (next > this.#clock.now()) this.#rounds = 0;
    this.#clock.jump();
    this.#clock.fireDue();
    this.#runSoon();
    return true;
  }

  /** Fails the goals whose time is up before the next event. */
  #expire(next: number): void {
    this.#goals = this.#goals.filter((goal) => {
      if (next <= goal.limitAt) return true;
      // Nothing happens up to the limit; who hears of it finds the clock there.
      this.#clock.pass(goal.limitAt);
      goal.reject(
        new SimError(
          'ELIMIT',
          `not done after ${goal.limitMs} ms of virtual time; ${this.#describe()}`,
        ),
      );
      return false;
    });
  }

  /** Nothing is left to happen, and nothing real has come. */
  #callDeadlock(): void {
    const message = `nothing is left to happen at ${this.#time()}, and the program still waits; ${this.#describe()}`;
    const cure = 'if it waits for work of the real world, pass that promise to network.outside';
    this.#fail(() => new SimError('EDEADLOCK', `${message}; ${cure}`));
  }

  #fail(error: () => unknown): void {
    const goals = this.#goals;
    this.#goals = [];
    for (const goal of goals) goal.reject(error());
  }

  #time(): string {
    return `${this.#clock.now().toFixed(3)} ms`;
  }
}

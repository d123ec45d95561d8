/**
 * Who wants to know that the server closes: whatever would run for as long as its client likes, such
 * as a stream of events or a WebSocket. Each request that asks has a signal of its own, which goes
 * with it: one for all would keep what listens to it for as long as the server lives.
 */

/** The signals of the requests that have asked. */
export class DrainSignals {
  readonly #controllers = new Set<AbortController>();
  #reason: Error | null = null;

  /** Makes one; it is aborted already where the server closes. */
  make(): AbortController {
    const controller = new AbortController();
    if (this.#reason === null) this.#controllers.add(controller);
    else controller.abort(this.#reason);
    return controller;
  }

  /** Nobody can be told by it any more. */
  forget(controller: AbortController): void {
    this.#controllers.delete(controller);
  }

  /** The server closes. */
  drain(): void {
    this.#reason = new Error('the server is closing');
    const controllers = [...this.#controllers];
    this.#controllers.clear();
    for (const controller of controllers) controller.abort(this.#reason);
  }
}

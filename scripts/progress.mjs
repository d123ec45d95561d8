/**
 * One line on stderr that says what is being done, and grows by a dot every other second, so that
 * whoever waits sees that something is alive.
 *
 * No dependencies: this runs before anything is installed.
 */

const INTERVAL_MS = 2000;

/** The line of one run. Nothing is written before its first step. */
export class Progress {
  #write;
  #began = 0;
  #steps = 0;
  #timer = null;

  /** @param {(text: string) => void} write */
  constructor(write = (text) => process.stderr.write(text)) {
    this.#write = write;
  }

  /** Something is being done now. */
  step(name) {
    if (this.#steps++ === 0) {
      this.#began = Date.now();
      this.#write('netlayers:');
      this.#timer = setInterval(() => this.#write('.'), INTERVAL_MS);
    }
    this.#write(` ${name} ...`);
  }

  /** All of it is done. */
  done() {
    if (this.#steps > 0) this.#end(` done in ${Math.round((Date.now() - this.#began) / 1000)} s`);
  }

  /** It cannot go on: why is said in a line of its own. */
  failed() {
    if (this.#steps > 0) this.#end('');
  }

  #end(text) {
    clearInterval(this.#timer);
    this.#write(`${text}\n`);
  }
}

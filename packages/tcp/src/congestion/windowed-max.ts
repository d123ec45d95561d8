/**
 * The largest value of the last few periods. What a period is, the user says: BBR counts round trips
 * for one filter and cycles of bandwidth probing for another (draft-ietf-ccwg-bbr-06, 5.5.5, 5.5.9).
 *
 * One number is kept per period, so the answer is exact, unlike that of the three-sample filter
 * which the draft refers to. Values are not negative; time never goes back.
 */

/** A maximum over the newest periods. */
export class WindowedMax {
  /** The largest value of each period; 0 = none. */
  readonly #slots: Float64Array;
  #time = 0;
  #window = 0;
  #max = 0;

  /** @param length how many periods can be remembered, the present one included. */
  constructor(length: number) {
    this.#slots = new Float64Array(length);
  }

  /** The period of the newest value. */
  get time(): number {
    return this.#time;
  }

  /**
   * Takes a value in, and answers the maximum.
   *
   * @param time the present period, counted from 0.
   * @param window how many periods count, the present one included; at most the constructor's length.
   */
  update(value: number, time: number, window: number): number {
    const isSamePeriod = time === this.#time && window === this.#window;
    if (!isSamePeriod) this.#move(time, window);
    const slot = time % this.#slots.length;
    if (value > this.#slots[slot]!) this.#slots[slot] = value;
    if (!isSamePeriod) this.#max = this.#largest();
    else if (value > this.#max) this.#max = value;
    return this.#max;
  }

  #move(time: number, window: number): void {
    const length = this.#slots.length;
    const passed = Math.min(time - this.#time, length);
    for (let age = 0; age < passed; age++) this.#slots[(time - age) % length] = 0;
    this.#time = time;
    this.#window = window;
  }

  #largest(): number {
    const length = this.#slots.length;
    const periods = Math.min(this.#window, this.#time + 1);
    let max = 0;
    for (let age = 0; age < periods; age++) {
      max = Math.max(max, this.#slots[(this.#time - age) % length]!);
    }
    return max;
  }
}

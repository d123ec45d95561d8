/**
 * The output of workers, as whole lines: those of several never stand in one.
 */

/** Cuts the text of one stream into lines. */
export class Lines {
  #rest = '';

  /** Takes a piece; returns the lines that are whole now, or nothing. */
  take(text: string): string {
    const end = text.lastIndexOf('\n') + 1;
    if (end === 0) {
      this.#rest += text;
      return '';
    }
    const whole = this.#rest + text.slice(0, end);
    this.#rest = text.slice(end);
    return whole;
  }

  /** What is left of a stream that has ended. */
  end(): string {
    const rest = this.#rest;
    this.#rest = '';
    return rest === '' ? '' : `${rest}\n`;
  }
}

/** Says in front of each line who has written it. */
export const marked = (lines: string, mark: string): string =>
  lines.replace(/^(?=.)/gms, `${mark} `);

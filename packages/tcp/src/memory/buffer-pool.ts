/**
 * Buffers of powers of two that connections borrow while they hold data, so that an idle
 * connection holds none and a busy one does not allocate per message.
 */

const SMALLEST_SHIFT = 11;
/** One write may be as large as that; such a buffer is never kept. */
const LARGEST_SHIFT = 30;
/** Bytes kept for reuse in each size class; larger buffers go back to the host. */
const KEPT_PER_CLASS = 4 * 1024 * 1024;

/** A free list per size. One per stack. */
export class BufferPool {
  readonly #free: Uint8Array[][] = Array.from({ length: LARGEST_SHIFT + 1 }, () => []);

  /**
   * Lends a buffer of at least `length` bytes, a power of two long; its content is arbitrary.
   *
   * @throws RangeError above 1 GiB.
   */
  take(length: number): Uint8Array {
    const shift = Math.max(SMALLEST_SHIFT, 32 - Math.clz32(length - 1));
    if (shift > LARGEST_SHIFT) throw new RangeError(`a buffer of ${length} bytes is too large`);
    return this.#free[shift]!.pop() ?? new Uint8Array(1 << shift);
  }

  /** Takes a buffer back; the caller keeps no reference to it. */
  give(buffer: Uint8Array): void {
    const list = this.#free[31 - Math.clz32(buffer.length)]!;
    if ((list.length + 1) * buffer.length <= KEPT_PER_CLASS) list.push(buffer);
  }
}

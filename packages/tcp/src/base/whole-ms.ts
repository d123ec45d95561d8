/**
 * A moment in whole milliseconds, later rather than earlier: for what a connection remembers for
 * long and compares with seconds. It is a small integer, which V8 keeps without a box of its own.
 */
export const wholeMs = (now: number): number => Math.ceil(now);

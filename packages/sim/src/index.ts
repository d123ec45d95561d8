/**
 * Simulated networks of hosts on one virtual clock: loss, delay, reordering, rate, MTU.
 *
 * @packageDocumentation
 */

export {};

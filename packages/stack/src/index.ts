/**
 * The event loop that owns one link device: sockets, listeners, ping, counters.
 *
 * @packageDocumentation
 */

export {};

/**
 * An HTTP/1.1 client on any Transport: keep-alive, time-outs, streaming.
 *
 * @packageDocumentation
 */

export {};

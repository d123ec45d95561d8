/**
 * An HTTP/1.1 server on any Transport: routes, limits, time-outs.
 *
 * @packageDocumentation
 */

export {};

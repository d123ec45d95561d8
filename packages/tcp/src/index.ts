/**
 * TCP (RFC 9293), sans-I/O: time and randomness are arguments.
 *
 * @packageDocumentation
 */

export {};

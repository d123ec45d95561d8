/**
 * The operating system's TCP behind the Transport contract.
 *
 * @packageDocumentation
 */

export {};

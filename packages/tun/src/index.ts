/**
 * TUN devices of the operating system as LinkDevice.
 *
 * @packageDocumentation
 */

export {};

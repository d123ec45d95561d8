/**
 * A number that is no small integer.
 *
 * V8 lays a field out by what has been stored in it, and starts all code anew that uses an object
 * one of whose fields outgrows its layout. For a count of bytes that happens at 2^31, in the midst of
 * a transfer; so such a field is declared with this and set to 0 before anybody sees it.
 */
export const WIDE = 2 ** 53;

/**
 * Static files for @netlayers/server: streaming, MIME types, no way out of the root.
 *
 * @packageDocumentation
 */

export {};

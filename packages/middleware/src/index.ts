/**
 * Middleware for `@netlayers/server` that runs wherever it does: Node, browsers, Deno and Bun. What needs
 * Node is in `@netlayers/middleware/node`.
 *
 * @packageDocumentation
 */

export {};

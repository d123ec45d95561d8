/**
 * What the pattern of a route binds.
 */

/** What a pattern's `:name` segments and its `*` were bound to; nothing else is a property of it. */
export type Params = Readonly<Record<string, string>>;

/**
 * Handlers that return something else than a response, and what was probably meant.
 */

/** An error for who wrote the handler, or the middleware around it. */
export const notAResponse = (given: unknown): TypeError =>
  new TypeError(`a handler did not return a Response, but ${described(given)}`);

function described(given: unknown): string {
  if (given === undefined) return 'nothing: a return is missing, in it or in middleware';
  if (typeof given === 'function') {
    return 'a function: what makes middleware is called, as in use(requestId())';
  }
  if (typeof given === 'string') return 'a string: make it one by Response.text()';
  if (given instanceof globalThis.Response) {
    return 'one of the web platform: put fetchHandler() around the handler';
  }
  return `${given === null ? 'null' : `a value of type ${typeof given}`}: make it one by Response.json()`;
}

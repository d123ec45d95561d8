/**
 * Counts content on its way, for whoever shows how far it is.
 */

/**
 * Told how far content is.
 *
 * @param octets so many have gone, or come, as they are on the connection.
 * @param total of so many; `null` where only the end will tell.
 */
export type TellProgress = (octets: number, total: number | null) => void;

/** The content, with each piece told once the next is wanted. What `tell` throws fails it. */
export async function* counted(
  content: AsyncIterable<Uint8Array>,
  total: number | null,
  tell: TellProgress,
): AsyncGenerator<Uint8Array, void> {
  let octets = 0;
  for await (const piece of content) {
    yield piece;
    octets += piece.length;
    tell(octets, total);
  }
}

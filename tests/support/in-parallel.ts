/**
 * Does something so many times, so many at a time.
 *
 * @param act given how many times are left.
 */
export async function inParallel(
  count: number,
  parallel: number,
  act: (left: number) => Promise<void>,
): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await act(left);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

/**
 * What goes wrong with the file of `--pcap` before there is anything to record.
 */

/** The file cannot be made; the message is one line for the user. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
}

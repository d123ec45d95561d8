/**
 * What a sender says of a message that it was given.
 */

/**
 * Whether a message is whole: `open` means that its content is still to be passed by `sendBody`
 * and `endBody`.
 */
export type SendResult = 'complete' | 'open';

/** The two ends of a connection: what differs is who masks, and who ends the stream first. */

export type Role = 'client' | 'server';

/** What a message is made of. */
export type MessageType = 'text' | 'binary';

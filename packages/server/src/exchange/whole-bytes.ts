/**
 * How much of a response leaves in one write.
 */

/**
 * Octets of content in memory that is handed to a connection as a whole. Of
 * longer content the connection is given as much as it has room for: two hundred clients that do not
 * read then hold two hundred queues of this size, and not two hundred copies of a response.
 */
export const WHOLE_BYTES = 0x1_0000;

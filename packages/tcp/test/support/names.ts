/** Names that tests use together although they live in two packages. */

export { ChecksumState } from '@netlayers/ip';
export { Because } from '@netlayers/tcp';

/** Names that tests use together although they live in two packages. */

export { ChecksumState } from '@netlayers/ipv4';
export { Because } from '@netlayers/tcp';

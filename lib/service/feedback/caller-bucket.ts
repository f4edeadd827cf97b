import { createHmac } from 'node:crypto';

/** Callers are told apart by as many buckets: enough for a few dozen, and an item of the table holds them. */
const buckets = 128;

/**
 * Which bucket a caller's labels are counted in. The table learns no identity, and nobody without the secret
 * can look for one that falls into a bucket of their choice.
 *
 * @param caller - as the gateway knows it
 * @param secret - the deployment's
 */
export function callerBucket(caller: string, secret: Uint8Array): number {
  const digest = createHmac('sha256', secret).update(`caller\n${caller}`).digest();
  return digest.readUInt32BE() % buckets;
}

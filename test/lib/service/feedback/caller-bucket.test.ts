import { expect, it } from 'vitest';
import { callerBucket } from '../../../../lib/service/feedback/caller-bucket.ts';

const secret = Buffer.from('a secret');
const bucketsOf = (key: Uint8Array) =>
  Array.from({ length: 5_000 }, (_, i) => callerBucket(`caller ${i}`, key));

it('spreads callers over 128 buckets, as only who knows the secret can tell', () => {
  const buckets = bucketsOf(secret);
  expect(new Set(buckets).size).toBe(128);
  expect(Math.min(...buckets)).toBe(0);
  expect(Math.max(...buckets)).toBe(127);
  expect(bucketsOf(secret)).toEqual(buckets);
  expect(bucketsOf(Buffer.from('another'))).not.toEqual(buckets);
});

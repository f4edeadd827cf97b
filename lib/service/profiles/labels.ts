import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import type { WindowSettings } from './windows.ts';

/** Labelled answers of a model: how many, and how many of them it had right. */
export interface CallerLabels {
  readonly labels: number;
  readonly correct: number;
}

/** A label from the field. */
export interface Label {
  /** Which callers it is counted with, 0 to 999: see `callerBucket`. */
  readonly bucket: number;
  readonly correct: boolean;
}

/** Labels are few, and what they say of a file stays true for long: weeks, of which the last five count. */
export const labelWindows: WindowSettings = { windowMs: 7 * 86_400_000, windowsBack: 4 };

const attributePattern = /^(labels|correct)(\d{1,3})$/;
const count = z.object({ N: z.string().regex(/^\d+$/) }).transform(({ N }) => Number(N));

/** What one label adds to the item of its week. */
export function labelAttributes({ bucket, correct }: Label): Record<string, AttributeValue> {
  return {
    [`labels${bucket}`]: { N: '1' },
    ...(correct && { [`correct${bucket}`]: { N: '1' } }),
  };
}

/** The labels of all weeks by their callers. What cannot have been counted is left out. */
export function labelsOf(items: readonly Record<string, AttributeValue>[]): CallerLabels[] {
  const buckets = new Map<string, { labels: number; correct: number }>();
  for (const [name, value] of items.flatMap((item) => Object.entries(item))) {
    const [, kind, bucket = ''] = attributePattern.exec(name) ?? [];
    const parsed = count.safeParse(value);
    if (kind === undefined || !parsed.success) continue;
    const sums = buckets.get(bucket) ?? { labels: 0, correct: 0 };
    sums[kind as keyof CallerLabels] += parsed.data;
    buckets.set(bucket, sums);
  }
  return [...buckets.values()].filter(({ labels, correct }) => correct <= labels);
}

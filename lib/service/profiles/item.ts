import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { firstIssue } from '../../core/contract/first-issue.ts';
import { MdInferenceError } from '../../core/errors.ts';
import { mapSums, type ProfileStatistics, type SumName, sumNames } from './statistics.ts';

/** An item of the profile table that holds something other than profile statistics. */
export class InvalidProfileItemError extends MdInferenceError {
  override readonly name = 'InvalidProfileItemError';
}

/** Attributes by name, in DynamoDB's own notation. */
export type Attributes = Record<string, AttributeValue>;

/** DynamoDB sends numbers as decimal text of up to 38 digits; a JavaScript number keeps 16. */
const count = z.object({ N: z.string().regex(/^\d+$/, 'expected a whole number') });
const bigCount = count.transform(({ N }) => BigInt(N));
const text = z.object({ S: z.string() });

/**
 * The attribute of each sum. Times are the model's, without the decoding of pictures. A table may still hold
 * times of earlier versions that include it, as `n`, `sumUs`, `h12` and so on: other names keep the two apart.
 */
const attributeOf: Readonly<Record<SumName, string>> = {
  n: 'modelN',
  sumUs: 'modelSumUs',
  sumSqUs: 'modelSumSqUs',
  coldN: 'modelColdN',
  coldSumUs: 'modelColdSumUs',
  coldSumSqUs: 'modelColdSumSqUs',
  failN: 'failN',
};

const sums = Object.fromEntries(
  Object.values(attributeOf).map((attribute) => [attribute, bigCount.default(0n)]),
);

const histogramAttributePattern = /^m(\d{1,3})$/;

/** An item of the profile table as DynamoDB sends it; attributes of later versions are ignored. */
const profileItem = z
  .object({ pk: text, sk: text, ...sums })
  .catchall(z.unknown())
  .transform(({ pk, sk, ...attributes }, context) => {
    const histogram = new Map<number, bigint>();
    for (const [name, value] of Object.entries(attributes)) {
      const bucket = histogramAttributePattern.exec(name)?.[1];
      if (bucket === undefined) continue;
      const parsed = bigCount.safeParse(value);
      if (parsed.success) histogram.set(Number(bucket), parsed.data);
      else context.addIssue({ code: 'custom', path: [name], message: 'expected a whole number' });
    }
    const sumOf = (name: SumName) => attributes[attributeOf[name]] as bigint;
    const statistics: ProfileStatistics = { ...mapSums(sumOf), histogram };
    return { pk: pk.S, sk: sk.S, statistics };
  });

/** Keys and statistics of an item. */
export type ProfileItem = z.output<typeof profileItem>;

/**
 * Reads an item of the profile table.
 *
 * @throws {@link InvalidProfileItemError} naming the item and the attribute that is wrong
 */
export function fromItem(item: Attributes): ProfileItem {
  const parsed = profileItem.safeParse(item);
  if (parsed.success) return parsed.data;
  const fault = firstIssue(parsed.error, { field: 'attribute', whole: 'the item' });
  throw new InvalidProfileItemError(`Profile item ${item.pk?.S}, ${item.sk?.S}: ${fault}`);
}

/** The attributes that hold statistics: sums, and histogram buckets as `m<bucket>`. */
export function toAttributes(statistics: ProfileStatistics): Attributes {
  const attributes: Attributes = {};
  for (const name of sumNames) {
    if (statistics[name] !== 0n) attributes[attributeOf[name]] = { N: String(statistics[name]) };
  }
  for (const [bucket, samples] of statistics.histogram) {
    attributes[`m${bucket}`] = { N: String(samples) };
  }
  return attributes;
}

/** `name :name, ...` as ADD wants it. */
export function sumsOf(attributes: Attributes): string {
  return Object.keys(attributes)
    .map((name) => `${name} :${name}`)
    .join(', ');
}

/** The values of an expression, by the names that it has for them. */
export function placeholders(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`:${name}`, value]));
}

const keys = new Set(['pk', 'sk']);

/**
 * What stands for an attribute's value: counts of a histogram share one for each count, so that an expression with
 * every bucket that 30 s can fill is within DynamoDB's 4 KB.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */
function placeholderOf([name, value]: [string, AttributeValue]): string {
  return histogramAttributePattern.test(name) ? `:${value.N}` : `:${name}`;
}

/** Sets all attributes of a baseline, and removes those that only the earlier one had. */
export function replacement(earlier: Attributes, attributes: Attributes) {
  const gone = Object.keys(earlier).filter((name) => !keys.has(name) && !(name in attributes));
  const all = Object.entries(attributes);
  const sets = all.map((attribute) => `${attribute[0]}=${placeholderOf(attribute)}`);
  const removes = gone.length > 0 ? ` REMOVE ${gone.join()}` : '';
  return {
    UpdateExpression: `SET ${sets.join()}${removes}`,
    ExpressionAttributeValues: Object.fromEntries(
      all.map((attribute) => [placeholderOf(attribute), attribute[1]]),
    ),
  };
}

/** The time from which live windows count: when the measured version replaced another one. */
export function liveSinceAttribute(
  earlier: Attributes,
  fingerprint: string,
  nowMs: number,
): Attributes {
  const measured = earlier.fingerprint?.S;
  const isReplaced = measured !== undefined && measured !== fingerprint;
  const liveSinceMs = isReplaced ? { N: String(Math.round(nowMs)) } : earlier.liveSinceMs;
  return liveSinceMs ? { liveSinceMs } : {};
}

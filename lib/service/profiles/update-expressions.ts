import type { Attributes } from './item.ts';

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

const KEPT = new Set(['pk', 'sk', 'labelN', 'labelCorrectN']);

/** Sets all attributes of a baseline, and removes what an earlier one had and this one has not. */
export function replacement(earlier: Attributes, attributes: Attributes) {
  const gone = Object.keys(earlier).filter((name) => !KEPT.has(name) && !(name in attributes));
  const sets = Object.keys(attributes).map((name) => `${name} = :${name}`);
  const removes = gone.length > 0 ? ` REMOVE ${gone.join(', ')}` : '';
  return {
    UpdateExpression: `SET ${sets.join(', ')}${removes}`,
    ExpressionAttributeValues: placeholders(attributes),
  };
}

/** From when on live windows count: since the measured version replaced another one. */
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

import { createHmac, timingSafeEqual } from 'node:crypto';

/** How long after its answer a request takes feedback, in ms: a day. */
export const feedbackPeriodMs = 86_400_000;

const signatureLength = 22;
const signedPattern = /^(?<id>[A-Za-z0-9+/=_-]{1,100})\.(?<second>[0-9a-z]{1,10})\.[\w-]{22}$/;

/** Whether a text has the form of a signed request id, whatever its signature is worth. */
export function hasFormOfRequestId(requestId: string): boolean {
  return signedPattern.test(requestId);
}

/**
 * Makes the `requestId` of an answer: the gateway's id, the time, and a signature over both and the
 * model that answered. The service recognizes its own answers by it, without storing them.
 *
 * @param profileKey - the model's partition key, which names its file: an answer says nothing of the next one
 * @param secret - the deployment's; the same for all of its selectors
 */
export function signRequestId(
  id: string,
  profileKey: string,
  epochMs: number,
  secret: Uint8Array,
): string {
  const second = Math.floor(epochMs / 1000).toString(36);
  return `${id}.${second}.${signature(id, second, profileKey, secret)}`;
}

/**
 * Whether a request id was signed for an answer of this model's file, at most {@link feedbackPeriodMs}
 * ago.
 */
export function isSignedRequestId(
  requestId: string,
  profileKey: string,
  epochMs: number,
  secret: Uint8Array,
): boolean {
  const { id = '', second = '' } = signedPattern.exec(requestId)?.groups ?? {};
  const expected = `${id}.${second}.${signature(id, second, profileKey, secret)}`;
  const [given, wanted] = [Buffer.from(requestId), Buffer.from(expected)];
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return false;
  return epochMs - 1000 * Number.parseInt(second, 36) <= feedbackPeriodMs;
}

function signature(id: string, second: string, profileKey: string, secret: Uint8Array): string {
  // The separator occurs in none of the parts: no two triples sign alike.
  const signed = [id, second, profileKey].join('\n');
  const digest = createHmac('sha256', secret).update(signed).digest('base64url');
  return digest.slice(0, signatureLength);
}

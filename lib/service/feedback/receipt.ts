import { createHmac, timingSafeEqual } from 'node:crypto';

/** How long after its answer a request takes feedback, in ms: a day. */
export const feedbackPeriodMs = 86_400_000;

const signatureLength = 22;
const receiptPattern = /^(?<id>[A-Za-z0-9+/=_-]{1,100})\.(?<second>[0-9a-z]{1,10})\.[\w-]{22}$/;

/**
 * Makes the `requestId` of an answer: the gateway's id, the moment and a signature over both and the
 * model that answered. So the service knows its own answers again without storing each of them.
 *
 * @param secret - the deployment's; the same for all of its selectors
 */
export function signReceipt(
  id: string,
  model: string,
  epochMs: number,
  secret: Uint8Array,
): string {
  const second = Math.floor(epochMs / 1000).toString(36);
  return `${id}.${second}.${signature(id, second, model, secret)}`;
}

/**
 * Whether a `requestId` was given to an answer of this model, not longer than
 * {@link feedbackPeriodMs} ago.
 */
export function isReceipt(
  receipt: string,
  model: string,
  epochMs: number,
  secret: Uint8Array,
): boolean {
  const { id = '', second = '' } = receiptPattern.exec(receipt)?.groups ?? {};
  const expected = `${id}.${second}.${signature(id, second, model, secret)}`;
  const [given, wanted] = [Buffer.from(receipt), Buffer.from(expected)];
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return false;
  return epochMs - 1000 * Number.parseInt(second, 36) <= feedbackPeriodMs;
}

function signature(id: string, second: string, model: string, secret: Uint8Array): string {
  // A separator that none of the parts can hold, or one could be moved into the other.
  const signed = [id, second, model].join('\n');
  const digest = createHmac('sha256', secret).update(signed).digest('base64url');
  return digest.slice(0, signatureLength);
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  feedbackPeriodMs,
  isSignedRequestId,
  signRequestId,
} from '../../../../lib/service/feedback/request-id.ts';

const secret = Buffer.from('a secret of the deployment');
const nowMs = 1_800_000_000_500;
const requestId = signRequestId('JKJaXmPLvHcESHA=', 'large', nowMs, secret);

describe('a signed request id', () => {
  it('is known to the deployment that gave it, for a day', () => {
    expect(requestId).toMatch(/^JKJaXmPLvHcESHA=\./);
    expect(isSignedRequestId(requestId, 'large', nowMs, secret)).toBe(true);
    expect(isSignedRequestId(requestId, 'large', nowMs + feedbackPeriodMs - 1_000, secret)).toBe(
      true,
    );
    expect(isSignedRequestId(requestId, 'large', nowMs + feedbackPeriodMs + 1_000, secret)).toBe(
      false,
    );
  });

  it('is of one model, one moment and one deployment', () => {
    expect(isSignedRequestId(requestId, 'small', nowMs, secret)).toBe(false);
    expect(isSignedRequestId(requestId, 'large', nowMs, Buffer.from('another secret'))).toBe(false);
    const [id, , signature] = requestId.split('.');
    expect(isSignedRequestId(`${id}.zzzzzz.${signature}`, 'large', nowMs, secret)).toBe(false);
  });

  it('cannot be changed in any place, nor be anything', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: requestId.length - 1 }),
        fc.string({ maxLength: 3 }),
        (at, text) => {
          const changed = requestId.slice(0, at) + text + requestId.slice(at + 1);
          fc.pre(changed !== requestId);
          expect(isSignedRequestId(changed, 'large', nowMs, secret)).toBe(false);
          expect(isSignedRequestId(text, 'large', nowMs, secret)).toBe(false);
        },
      ),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  feedbackPeriodMs,
  isSignedRequestId,
  signRequestId,
} from '../../../../lib/service/feedback/request-id.ts';

const secret = Buffer.from('a secret of the deployment');
const nowMs = 1_800_000_000_500;
const file = 'stack/shapes/large@9f86d081884c';
const otherFile = 'stack/shapes/large@000000000000';
const requestId = signRequestId('JKJaXmPLvHcESHA=', file, nowMs, secret);

describe('a signed request id', () => {
  it('is known to the deployment that gave it, for a day', () => {
    expect(requestId).toMatch(/^JKJaXmPLvHcESHA=\./);
    expect(isSignedRequestId(requestId, file, nowMs, secret)).toBe(true);
    expect(isSignedRequestId(requestId, file, nowMs + feedbackPeriodMs - 1_000, secret)).toBe(true);
    expect(isSignedRequestId(requestId, file, nowMs + feedbackPeriodMs + 1_000, secret)).toBe(
      false,
    );
  });

  it('is of one model’s file, one moment and one deployment', () => {
    expect(isSignedRequestId(requestId, otherFile, nowMs, secret)).toBe(false);
    expect(isSignedRequestId(requestId, file, nowMs, Buffer.from('another secret'))).toBe(false);
    const [id, , signature] = requestId.split('.');
    expect(isSignedRequestId(`${id}.zzzzzz.${signature}`, file, nowMs, secret)).toBe(false);
  });

  it('cannot be changed in any place, nor be anything', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: requestId.length - 1 }),
        fc.string({ maxLength: 3 }),
        (at, text) => {
          const changed = requestId.slice(0, at) + text + requestId.slice(at + 1);
          fc.pre(changed !== requestId);
          expect(isSignedRequestId(changed, file, nowMs, secret)).toBe(false);
          expect(isSignedRequestId(text, file, nowMs, secret)).toBe(false);
        },
      ),
    );
  });
});

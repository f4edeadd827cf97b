import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  feedbackPeriodMs,
  isReceipt,
  signReceipt,
} from '../../../../lib/service/feedback/receipt.ts';

const secret = Buffer.from('a secret of the deployment');
const nowMs = 1_800_000_000_500;
const receipt = signReceipt('JKJaXmPLvHcESHA=', 'large', nowMs, secret);

describe('a receipt', () => {
  it('is known to the deployment that gave it, for a day', () => {
    expect(receipt).toMatch(/^JKJaXmPLvHcESHA=\./);
    expect(isReceipt(receipt, 'large', nowMs, secret)).toBe(true);
    expect(isReceipt(receipt, 'large', nowMs + feedbackPeriodMs - 1_000, secret)).toBe(true);
    expect(isReceipt(receipt, 'large', nowMs + feedbackPeriodMs + 1_000, secret)).toBe(false);
  });

  it('is of one model, one moment and one deployment', () => {
    expect(isReceipt(receipt, 'small', nowMs, secret)).toBe(false);
    expect(isReceipt(receipt, 'large', nowMs, Buffer.from('another secret'))).toBe(false);
    const [id, , signature] = receipt.split('.');
    expect(isReceipt(`${id}.zzzzzz.${signature}`, 'large', nowMs, secret)).toBe(false);
  });

  it('cannot be changed in any place, nor be anything', () => {
    fc.assert(
      fc.property(fc.nat({ max: receipt.length - 1 }), fc.string({ maxLength: 3 }), (at, text) => {
        const changed = receipt.slice(0, at) + text + receipt.slice(at + 1);
        fc.pre(changed !== receipt);
        expect(isReceipt(changed, 'large', nowMs, secret)).toBe(false);
        expect(isReceipt(text, 'large', nowMs, secret)).toBe(false);
      }),
    );
  });
});

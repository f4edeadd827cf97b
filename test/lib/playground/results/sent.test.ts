import { describe, expect, it } from 'vitest';
import { whatWasSent, whyItWasSent } from '../../../../lib/playground/results/sent.ts';

const rung = 'view-webp-80';

describe('whatWasSent', () => {
  it('names the rung, the view and the bytes', () => {
    expect(whatWasSent({ rung, view: '192x192', bytes: 3_120 }, 4_200_000)).toBe(
      'view-webp-80 (192 × 192 pixels), 3.1\u00a0KB in place of 4.2\u00a0MB',
    );
  });

  it('says what is sent where nothing was chosen', () => {
    expect(whatWasSent({ bytes: 8_000 }, 8_000)).toBe('the file, 8.0\u00a0KB');
    expect(whatWasSent({ bytes: 8_000 }, 80_000)).toBe(
      'the picture, made smaller, 8.0\u00a0KB in place of 80.0\u00a0KB',
    );
  });
});

describe('whyItWasSent', () => {
  it.each([
    ['adaptive', { rung, expectedAccuracyPct: 91.26 }, /right in 91\.3\u00a0%/],
    ['adaptive', { rung }, /before the first answer/],
    ['adaptive', {}, /view is not known yet/],
    ['view', { rung: 'view-jpeg-95' }, /models see/],
    ['view', {}, /view is not known yet/],
    ['original', {}, /As it is/],
  ] as const)('is %s: %o', (setting, upload, words) => {
    expect(whyItWasSent(upload, setting)).toMatch(words);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accuracyAfter,
  originalRung,
  rungName,
  rungNamePattern,
  type UploadEncoding,
  viewEncoding,
} from '../../../../lib/core/upload/rung.ts';

describe('a rung’s name', () => {
  it.each<[string, UploadEncoding]>([
    ['view-jpeg-95', viewEncoding],
    ['view-jpeg-90-444', { type: 'image/jpeg', quality: 90, chroma: '4:4:4' }],
    ['view-jpeg-90', { type: 'image/jpeg', quality: 90, chroma: '4:2:0' }],
    ['view-webp-80', { type: 'image/webp', quality: 80 }],
    ['640-jpeg-85', { type: 'image/jpeg', quality: 85, maxSide: 640 }],
  ])('%s says how the picture is encoded', (name, encoding) => {
    expect(rungName(encoding)).toBe(name);
  });

  it('is one that a header and a catalogue take', () => {
    expect(originalRung).toMatch(rungNamePattern);
    const encoding = fc.record(
      {
        type: fc.constantFrom('image/jpeg' as const, 'image/webp' as const),
        quality: fc.integer({ min: 1, max: 100 }),
        chroma: fc.constantFrom('4:2:0' as const, '4:4:4' as const),
        maxSide: fc.integer({ min: 1, max: 8192 }),
      },
      { requiredKeys: ['type', 'quality'] },
    );
    fc.assert(
      fc.property(encoding, (it) => {
        expect(rungName(it)).toMatch(rungNamePattern);
      }),
    );
  });
});

describe('the accuracy after an upload', () => {
  const model = { name: 'a', accuracyPct: 80 };

  it.each([
    ['less what the rung costs the model', { a: 1.5, b: 9 }, 78.5],
    ['more where the smaller picture suits it better', { a: -0.5 }, 80.5],
    ['the model’s own where the rung does not know it', { b: 9 }, 80],
    ['never below 0', { a: 81 }, 0],
    ['never above 100', { a: -21 }, 100],
  ])('is %s', (_, accuracyLossPct, expected) => {
    expect(accuracyAfter({ accuracyLossPct }, model)).toBe(expected);
  });

  it('loses it at each of its sizes', () => {
    const size = { name: 'm-5307mb', sizeOf: 'm', accuracyPct: 80 };
    expect(accuracyAfter({ accuracyLossPct: { m: 2 } }, size)).toBe(78);
  });
});

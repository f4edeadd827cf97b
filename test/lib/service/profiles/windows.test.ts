import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  expiresAt,
  oldestWindowStart,
  windowStart,
} from '../../../../lib/service/profiles/windows.ts';

const windows = { windowMs: 300_000, windowsBack: 12 };

describe('windows', () => {
  it('start at multiples of their length', () => {
    const moment = Date.UTC(2026, 10, 24, 8, 27, 31, 5);
    expect(windowStart(moment, 300_000)).toBe(Date.UTC(2026, 10, 24, 8, 25));
  });

  it('hold the moment they were asked for', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 42), fc.integer({ min: 1, max: 86_400_000 }), (moment, windowMs) => {
        const start = windowStart(moment, windowMs);
        expect(start).toBeLessThanOrEqual(moment);
        expect(start + windowMs).toBeGreaterThan(moment);
      }),
    );
  });

  it('expire just when they no longer count', () => {
    const start = Date.UTC(2026, 10, 24, 8, 25);
    const expiryMs = expiresAt(start, windows) * 1000;
    expect(expiryMs).toBe(Date.UTC(2026, 10, 24, 9, 30));
    expect(oldestWindowStart(expiryMs - 1, windows)).toBe(start);
    expect(oldestWindowStart(expiryMs, windows)).toBeGreaterThan(start);
  });
});

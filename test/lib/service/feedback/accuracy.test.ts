import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { posteriorAccuracyPct } from '../../../../lib/service/feedback/accuracy.ts';

describe('posteriorAccuracyPct', () => {
  it.each([
    [80, 0, 0, 80],
    [80, 200, 200, 90],
    [80, 200, 100, 65],
    [80, 1_000_000, 300_000, 30.01],
  ])(
    'from %d %% with %d labels, %d of them right, is %d %%',
    (prior, labels, labelsCorrect, posterior) => {
      expect(posteriorAccuracyPct(prior, { labels, labelsCorrect }, 200)).toBeCloseTo(posterior, 2);
    },
  );

  it('lies between the catalogue and the field', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (prior, labels, share) => {
          const labelsCorrect = Math.floor(labels * share);
          const field = (100 * labelsCorrect) / labels;
          const posterior = posteriorAccuracyPct(prior, { labels, labelsCorrect }, 200);
          expect(posterior).toBeGreaterThanOrEqual(Math.min(prior, field) - 1e-9);
          expect(posterior).toBeLessThanOrEqual(Math.max(prior, field) + 1e-9);
        },
      ),
    );
  });
});

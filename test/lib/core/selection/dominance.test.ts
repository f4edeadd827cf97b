import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findDominated } from '../../../../lib/core/selection/ranking.ts';

const model = (name: string, accuracyPct?: number, meanMs?: number) => ({
  name,
  accuracyPct,
  meanMs,
});

it('names the most accurate model that is at least as fast', () => {
  const dominated = findDominated([
    model('small', 60, 1),
    model('slow', 60, 2),
    model('good', 70, 2),
    model('best', 80, 3),
    model('bad', 65, 4),
  ]);
  expect([...dominated]).toEqual([
    ['slow', 'good'],
    ['bad', 'best'],
  ]);
});

it('takes equals for equals', () => {
  expect(findDominated([model('a', 60, 1), model('b', 60, 1)]).size).toBe(0);
});

it('compares nothing that is not known', () => {
  expect(findDominated([model('a', 60, 1), model('b', undefined, 2), model('c', 50)]).size).toBe(0);
});

it('leaves a ladder: of the others, faster is less accurate', () => {
  const value = fc.integer({ min: 0, max: 20 });
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value), { minLength: 1 }), (pairs) => {
      const models = pairs.map(([accuracyPct, meanMs], i) => model(`m${i}`, accuracyPct, meanMs));
      const dominated = findDominated(models);
      const ladder = models
        .filter(({ name }) => !dominated.has(name))
        .map(({ accuracyPct = 0, meanMs = 0 }) => [accuracyPct, meanMs] as const)
        .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      expect(ladder.length).toBeGreaterThan(0);
      for (const [i, [accuracy, ms]] of ladder.entries()) {
        const [nextAccuracy, nextMs] = ladder[i + 1] ?? [accuracy + 1, ms + 1];
        expect(nextMs > ms).toBe(nextAccuracy > accuracy);
      }
      for (const better of dominated.values()) expect(dominated.has(better)).toBe(false);
    }),
  );
});

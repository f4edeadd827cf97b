import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestAccuracyPct, faultOfModels } from '../../../../lib/client/cloud/best-model.ts';

/** A model as `GET /v1/models` shows it, as far as it is read. */
const model = (accuracyPct: number, meanMs: number, more = {}) =>
  ({ accuracyPct, profile: { meanMs }, ...more }) as never;

describe('bestAccuracyPct', () => {
  const models = [
    model(99, 5, { latencyOnly: true }),
    model(98, 5, { breaker: 'open' }),
    model(70, 10, { breaker: 'half-open' }),
    model(90, 100),
    model(80, 50),
  ];

  it.each([
    [9, 0],
    [10, 70],
    [99, 80],
    [100, 90],
    [1_000, 90],
    [-5, 0],
  ])('in %s ms is %s', (leftMs, expected) => {
    expect(bestAccuracyPct({ models }, leftMs)).toBe(expected);
  });

  it('is no less when there is more time', () => {
    const ms = fc.nat(1_000);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(100), ms)), ms, ms, (specifications, a, b) => {
        const some = { models: specifications.map(([pct, meanMs]) => model(pct, meanMs)) };
        const less = bestAccuracyPct(some, Math.min(a, b));
        expect(bestAccuracyPct(some, Math.max(a, b))).toBeGreaterThanOrEqual(less);
      }),
    );
  });
});

describe('faultOfModels', () => {
  it('takes models with a mean time and an accuracy, or none', () => {
    expect(faultOfModels({ models: [] })).toBeUndefined();
    expect(faultOfModels({ models: [model(70, 10)], labels: [] })).toBeUndefined();
  });

  it.each([
    undefined,
    null,
    'models',
    {},
    { models: {} },
    { models: [null] },
    { models: [{ accuracyPct: 70 }] },
    { models: [{ accuracyPct: 70, profile: { meanMs: '10' } }] },
    { models: [{ accuracyPct: 70, profile: { meanMs: null } }] },
    { models: [{ profile: { meanMs: 10 } }] },
    { models: [{ accuracyPct: 1e300, profile: { meanMs: 10 } }] },
  ])('refuses %o', (body) => {
    expect(faultOfModels(body)).toBe('models');
  });
});

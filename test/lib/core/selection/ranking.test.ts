import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fastest,
  findDominated,
  mostAccurate,
  type Rated,
  undominated,
} from '../../../../lib/core/selection/ranking.ts';
import { baseModel } from '../../../../lib/core/selection/three-stage.ts';
import { type Candidate, NoCandidateError } from '../../../../lib/core/selection/types.ts';
import { candidates, shuffled } from './arbitraries.ts';

const model = (name: string, accuracyPct: number, meanMs: number, more = {}): Candidate => ({
  ...{ name, accuracyPct, meanMs, stdMs: 1 },
  ...more,
});
const namesOf = (dominated: ReadonlyMap<Rated, Rated>) =>
  Object.fromEntries([...dominated].map(([model, better]) => [model.name, better.name]));
const names = (models: readonly Rated[]) => models.map(({ name }) => name);

describe.each([
  ['fastest', fastest],
  ['most accurate', mostAccurate],
] as const)('of models without a %s one', (_, choose) => {
  it('the first by name is taken, wherever it is listed', () => {
    const [a, b, c] = [model('a', 80, 10), model('b', 80, 10), model('c', 80, 10)];
    for (const models of [
      [a, b, c],
      [b, a, c],
      [c, b, a],
    ]) {
      expect(choose(models).name).toBe('a');
    }
  });

  it('none of none is refused by name', () => {
    expect(() => choose([])).toThrow(NoCandidateError);
    expect(() => choose([])).toThrow(/catalogue is empty/);
    expect(new NoCandidateError().name).toBe('NoCandidateError');
  });
});

it('ties of speed go to the more accurate, ties of accuracy to the faster', () => {
  const models = [model('a', 70, 10), model('b', 80, 10), model('c', 80, 5), model('d', 60, 5)];
  expect(fastest(models).name).toBe('c');
  expect(fastest(models.slice(0, 2)).name).toBe('b');
  expect(mostAccurate(models).name).toBe('c');
});

describe('dominated models', () => {
  it('are named with the most accurate one that is at least as fast', () => {
    const ladder: Rated[] = [
      { name: 'small', accuracyPct: 60, meanMs: 1 },
      { name: 'slow', accuracyPct: 60, meanMs: 2 },
      { name: 'good', accuracyPct: 70, meanMs: 2 },
      { name: 'best', accuracyPct: 80, meanMs: 3 },
      { name: 'bad', accuracyPct: 65, meanMs: 4 },
    ];
    expect(namesOf(findDominated(ladder))).toEqual({ slow: 'good', bad: 'best' });
  });

  it.each([
    ['slower and less accurate', model('good', 80, 50), model('bad', 60, 51)],
    ['slower', model('good', 80, 50), model('bad', 80, 51)],
    ['less accurate', model('good', 80, 50), model('bad', 79, 50)],
    ['less steady', model('good', 80, 50), model('bad', 80, 50, { stdMs: 2 })],
  ])('are %s', (_, good, bad) => {
    expect([...findDominated([bad, good])]).toEqual([[bad, good]]);
    expect(undominated([bad, good])).toEqual([good]);
  });

  it.each([
    ['equals', model('a', 80, 50), model('b', 80, 50)],
    ['a faster model', model('a', 80, 50), model('b', 60, 49)],
    [
      'a slower one that varies less: it fits budgets that the other does not',
      model('a', 80, 10, { stdMs: 8 }),
      model('b', 70, 11),
    ],
    ['a faster one that varies more', model('a', 80, 11), model('b', 70, 10, { stdMs: 8 })],
  ])('are not %s', (_, a, b) => {
    expect(undominated([a, b])).toEqual([a, b]);
    expect(undominated([b, a])).toEqual([b, a]);
  });

  it('are never those of which something is not known', () => {
    const known = { name: 'known', accuracyPct: 80, meanMs: 1, stdMs: 0 };
    const models = [known, { name: 'slow', meanMs: 9 }, { name: 'untimed', accuracyPct: 1 }];
    expect(findDominated(models).size).toBe(0);
    const withoutDeviation = { name: 'bare', accuracyPct: 80, meanMs: 1 };
    expect(findDominated([known, withoutDeviation]).size).toBe(0);
    const unsteady = { ...known, stdMs: 0.1 };
    expect([...findDominated([unsteady, withoutDeviation])]).toEqual([
      [unsteady, withoutDeviation],
    ]);
    expect([...findDominated([withoutDeviation, unsteady])]).toEqual([
      [unsteady, withoutDeviation],
    ]);
  });

  it('without noise are found as by comparing each with each', () => {
    const isBetter = (a: Candidate, b: Candidate) => {
      const gains = [
        a.accuracyPct - b.accuracyPct,
        b.meanMs - a.meanMs,
        b.meanMs - a.meanMs + b.stdMs - a.stdMs,
      ];
      return gains.every((gain) => gain >= 0) && gains.some((gain) => gain > 0);
    };
    fc.assert(
      fc.property(candidates, (models) => {
        const exact = models.map((m) => ({ ...m, meanErrorMs: 0 }));
        const expected = exact.filter((m) => !exact.some((other) => isBetter(other, m)));
        expect(undominated(exact)).toEqual(expected);
      }),
    );
  });

  it('without noise leave every budget a base model as accurate as before', () => {
    fc.assert(
      fc.property(candidates, fc.integer({ min: -10, max: 400 }), (models, budgetMs) => {
        const exact = models.map((m) => ({ ...m, meanErrorMs: 0 }));
        const left = undominated(exact);
        const { accuracyPct } = baseModel(exact, budgetMs);
        expect(baseModel(left, budgetMs).accuracyPct).toBe(accuracyPct);
        expect(fastest(left).meanMs).toBe(fastest(exact).meanMs);
      }),
    );
  });
});

describe('noise', () => {
  const accurate = model('accurate', 90, 10, { meanErrorMs: 0.3 });

  it.each([
    ['just within two standard errors of the difference', 9.001, ['accurate']],
    ['just outside', 8.999, ['accurate', 'small']],
  ])('%s', (_, meanMs, left) => {
    // 2 * sqrt(0.3^2 + 0.4^2) = 1
    const small = model('small', 60, meanMs, { meanErrorMs: 0.4 });
    expect(names(undominated([accurate, small]))).toEqual(left);
  });

  it.each([
    ['just within', 8.765, ['accurate']],
    ['just outside', 8.763, ['accurate', 'small']],
  ])('of mean + deviation is the root of 5 times as large: %s', (_, boundMs, left) => {
    const small = model('small', 60, 8, { meanErrorMs: 0.4, stdMs: boundMs - 8 });
    const steady = model('accurate', 90, 9, { meanErrorMs: 0.3, stdMs: 2 });
    // Means differ by 1, sums by just about 2 * 0.5 * sqrt(5) = 2.236.
    expect(names(undominated([steady, small]))).toEqual(left);
  });

  it('decides nothing between models of the same accuracy', () => {
    const twin = model('twin', 90, 9.5, { meanErrorMs: 0.3, stdMs: 2 });
    expect(names(undominated([accurate, twin]))).toEqual(['accurate', 'twin']);
    const slower = model('slower', 90, 10.1, { meanErrorMs: 0.3 });
    expect(names(undominated([accurate, slower]))).toEqual(['accurate']);
  });

  it('does not add up along a chain: what is clearly faster than all that stay, stays', () => {
    const error = { meanErrorMs: 0.5 };
    const chain = [10, 9, 8, 7, 6].map((ms, i) => model(`m${i}`, 90 - 10 * i, ms, error));
    // Neighbours are within 1.41 ms of each other; m2 is not of m0, and m4 not of m2.
    expect(names(undominated(chain))).toEqual(['m0', 'm2', 'm4']);
    expect(namesOf(findDominated(chain))).toEqual({ m1: 'm0', m3: 'm2' });
  });

  it('never costs the most accurate model, and leaves a more accurate one for each that goes', () => {
    fc.assert(
      fc.property(candidates, (models) => {
        const left = undominated(models);
        expect(left).toContain(mostAccurate(models));
        const dominated = findDominated(models);
        expect(left.length + dominated.size).toBe(models.length);
        for (const [gone, better] of dominated) {
          expect(left).toContain(better);
          expect(better.accuracyPct).toBeGreaterThanOrEqual(gone.accuracyPct);
        }
      }),
    );
  });

  it('does not depend on the order in which models are listed', () => {
    const both = candidates.chain((models) => fc.tuple(fc.constant(models), shuffled(models)));
    fc.assert(
      fc.property(both, ([models, others]) => {
        expect(new Set(undominated(others))).toEqual(new Set(undominated(models)));
        expect([...findDominated(others)]).toEqual([...findDominated(models)]);
      }),
    );
  });

  it('leaves every model that is faster than all more accurate ones by more than noise', () => {
    const noise = (a: Candidate, b: Candidate) =>
      2 * Math.hypot(a.meanErrorMs ?? 0, b.meanErrorMs ?? 0);
    fc.assert(
      fc.property(candidates, (models) => {
        const left = undominated(models);
        for (const m of models) {
          const rivals = models.filter((o) => o !== m && o.accuracyPct >= m.accuracyPct);
          const isFaster = rivals.every((o) => o.meanMs - m.meanMs > 1.000001 * noise(o, m));
          if (isFaster) expect(left).toContain(m);
        }
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { CellRunner } from '../../../../lib/evaluation/engine/cells/cell.ts';
import { defaultInputs } from '../../../../lib/evaluation/experiments/experiment.ts';
import { realistic } from '../../../../lib/evaluation/experiments/realistic.ts';

/*
 * Hedging is worth its invocations: no world is worse with it, those with slow calls and cold starts are
 * better, and where a second answer is of no use there are hardly any.
 */
const tolerance = 0.02;

const cells = realistic.plan(defaultInputs);

describe('in the worlds of mdi simulate realistic', () => {
  const runner = new CellRunner();
  // Per cent of the oracle's accuracy with 10,000 requests, less a few hundredths; extra invocations.
  it.each([
    ['as in the paper', 99.95, 1],
    ['small answers: T_output 15 ± 10 ms', 99.7, 1],
    ['large answers: T_output 80 ± 40 ms', 95.3, 1],
    ['clocks off by ± 20 ms', 97.4, 1],
    ['service times vary by 30 %', 98.4, 5],
    ['1 % cold starts, known apart', 99.9, 5],
    ['1 % cold starts, in mean and deviation', 95.3, 5],
    ['small answers, clocks, variation, cold starts', 97.95, 5],
  ])(
    '%s: at least %s per cent of the oracle with %s per cent extra',
    (world, leastPct, mostPct) => {
      const here = cells.filter(({ condition }) => condition === world);
      const [oracle] = here
        .filter(({ selector }) => selector === 'oracle')
        .map((c) => runner.run(c));
      const sharesPct = here
        .filter(({ selector }) => selector === 'expected-accuracy')
        .map((cell) => {
          const { duplicatedAccuracyPct, extraPct } = runner.run(cell);
          expect(extraPct).toBeLessThanOrEqual(cell.hedging ? mostPct : 0);
          return (100 * duplicatedAccuracyPct) / (oracle?.duplicatedAccuracyPct ?? Number.NaN);
        });
      const [plain = Number.NaN, once = Number.NaN, twice = Number.NaN] = sharesPct;
      expect(once).toBeGreaterThan(leastPct);
      expect(once).toBeGreaterThan(plain - tolerance);
      expect(twice).toBeGreaterThan(once - tolerance);
    },
  );
});

import { describe, expect, it } from 'vitest';
import { budgetBar } from '../../../../lib/playground/results/budget-bar.ts';
import { answer } from './races.ts';

const bar = (timing: Partial<typeof answer.timing>) =>
  budgetBar({ ...answer, timing: { ...answer.timing, ...timing } });

describe('budgetBar', () => {
  it('shares the SLA out', () => {
    const { parts, wholeMs, overMs } = bar({});
    expect(parts.map(({ kind, ms }) => [kind, ms])).toEqual([
      ['input', 60],
      ['output', 60],
      ['service', 40],
      ['slack', 90],
    ]);
    expect([wholeMs, overMs]).toEqual([250, 0]);
  });

  it('has the service’s own start where there was one', () => {
    const { parts, wholeMs } = bar({ startMs: 20 });
    expect(parts.map(({ kind }) => kind)).toContain('start');
    expect(parts.reduce((sum, { ms }) => sum + ms, 0)).toBe(wholeMs);
  });

  it('shows all of what the SLA does not hold', () => {
    const { parts, wholeMs, overMs } = bar({ inputMs: 200 });
    expect(parts.map(({ kind, ms }) => [kind, ms])).toEqual([
      ['input', 200],
      ['output', 200],
      ['service', 40],
    ]);
    expect([wholeMs, overMs]).toEqual([440, 190]);
  });
});

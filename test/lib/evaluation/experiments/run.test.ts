import { describe, expect, it } from 'vitest';
import { defaultInputs, range } from '../../../../lib/evaluation/experiments/experiment.ts';
import { chooseExperiments, ExperimentError } from '../../../../lib/evaluation/experiments/run.ts';

const measured = {
  ...defaultInputs,
  network: { kind: 'measured' as const, name: 'mine', inputMs: [50], outputMs: [5] },
};

describe('chooseExperiments', () => {
  it('knows all, in the paper’s order, and says what it leaves out', () => {
    const { chosen, leftOut } = chooseExperiments(['all'], defaultInputs);
    expect(chosen.map(({ name }) => name)).toEqual([
      ...['fig3a', 'fig3b', 'fig4', 'fig5', 'fig6', 'fig7', 'table4', 'fig8'],
      ...['practice', 'realistic'],
    ]);
    expect(leftOut).toEqual([
      { name: 'links', why: expect.stringMatching(/--traces/) },
      { name: 'traffic', why: expect.stringMatching(/--traffic/) },
    ]);
  });

  it('leaves out what changes the network’s deviation where there is none to change', () => {
    const { leftOut } = chooseExperiments(['all'], measured);
    expect(leftOut.map(({ name }) => name)).toEqual(['fig4', 'fig5', 'links', 'traffic']);
  });

  it('takes some by name, each once', () => {
    const { chosen } = chooseExperiments(['table4', 'fig3a', 'table4'], defaultInputs);
    expect(chosen.map(({ name }) => name)).toEqual(['fig3a', 'table4']);
  });

  it('refuses what there is not, and what does not fit when it was named', () => {
    expect(() => chooseExperiments(['fig9'], defaultInputs)).toThrow(ExperimentError);
    expect(() => chooseExperiments(['fig9'], defaultInputs)).toThrow(/no experiment "fig9".*fig3a/);
    expect(() => chooseExperiments(['all', 'fig4'], measured)).toThrow(/fig4: .*--network/);
  });
});

it('range has both ends', () => {
  expect(range(0, 250, 5)).toHaveLength(51);
  expect(range(50, 300, 5).at(-1)).toBe(300);
});

import { describe, expect, it } from 'vitest';
import {
  compareWithTable3,
  table3Rows,
} from '../../../../../lib/evaluation/engine/profiles/table-3.ts';
import { table3 } from '../../../../fixtures/table-3.ts';

describe('table3Rows', () => {
  it('are, rounded, what the paper prints, in its order', () => {
    const printed = table3Rows.map(({ paperName, accuracyPct, gpu: { meanMs, stdMs } }) => ({
      name: paperName,
      accuracyPct,
      meanMs: Number(meanMs.toFixed(2)),
      stdMs: Number(stdMs.toFixed(2)),
    }));
    // The profile that the authors published and their table differ in this one number.
    expect(printed.at(-1)).toMatchObject({ name: 'NasNet Large', stdMs: 0.34 });
    expect(table3.at(-1)).toMatchObject({ name: 'NasNet Large', stdMs: 0.36 });
    expect(printed.slice(0, -1)).toEqual(table3.slice(0, -1));
  });

  it('have the authors’ times without a GPU, too', () => {
    const large = table3Rows.find(({ name }) => name === 'nasnet-large');
    expect(large?.cpu).toEqual({ meanMs: 1458.193081, stdMs: 6.662814 });
    expect(table3Rows.every(({ cpu, gpu }) => cpu.meanMs > gpu.meanMs)).toBe(true);
  });
});

describe('compareWithTable3', () => {
  const profiles = [
    { model: 'nasnet-large', threads: 1, meanMs: 563.032415, stdMs: 1 },
    { model: 'another', threads: 1, meanMs: 1, stdMs: 1 },
    { model: 'squeezenet-1.0', threads: 1, meanMs: 4.908134, stdMs: 1 },
    { model: 'squeezenet-1.0', threads: 2, meanMs: 2.454067, stdMs: 1 },
  ];

  it('puts every profile beside its row, in the table’s order', () => {
    const rows = compareWithTable3(profiles);
    expect(rows.map(({ measured }) => measured)).toEqual([profiles[2], profiles[3], profiles[0]]);
    expect(rows[0]).toMatchObject({ paperName: 'SqueezeNet', accuracyPct: 49, timesGpu: 1 });
    expect(rows[1]?.timesGpu).toBeCloseTo(0.5, 9);
    expect(rows[2]?.timesGpu).toBeCloseTo(5, 9);
    expect(rows[2]?.timesCpu).toBeCloseTo(563.032415 / 1458.193081, 9);
  });

  it('has nothing to say about nothing', () => {
    expect(compareWithTable3([])).toEqual([]);
  });
});

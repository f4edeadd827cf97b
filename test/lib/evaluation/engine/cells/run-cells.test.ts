import { describe, expect, it } from 'vitest';
import { type Cell, CellRunner } from '../../../../../lib/evaluation/engine/cells/cell.ts';
import { countDistinct, runCells } from '../../../../../lib/evaluation/engine/cells/run-cells.ts';
import {
  defaultLinkConditions,
  paperNetwork,
} from '../../../../../lib/evaluation/engine/network/networks.ts';
import { profileSets } from '../../../../../lib/evaluation/engine/profiles/profile-sets.ts';

const cell: Cell = {
  profiles: 'table3',
  models: profileSets.table3.models,
  network: paperNetwork,
  slaMs: 150,
  selector: 'three-stage',
  requests: 200,
  seed: 1,
  deviceAccuracyPct: 41.4,
  clockErrorMs: 0,
};
const cells = [90, 120, 150, 180, 120].flatMap((slaMs) => [
  { ...cell, slaMs },
  { ...cell, slaMs, selector: 'expected-accuracy' as const },
]);

describe('runCells', () => {
  it('comes out the same with any number of threads, the caller’s own among them', async () => {
    const runner = new CellRunner();
    const expected = cells.map((one) => ({ cell: one, outcome: runner.run(one) }));
    expect(await runCells(cells, { workers: 1 })).toEqual(expected);
    expect(await runCells(cells, { workers: 3 })).toEqual(expected);
    expect(await runCells(cells)).toEqual(expected);
  });

  it.each([1, 2])(
    'runs equal cells once and says when each is done: %i thread(s)',
    async (workers) => {
      let done = 0;
      await runCells(cells, { workers, onCell: () => done++ });
      expect(done).toBe(8);
      expect(countDistinct(cells)).toBe(8);
    },
  );

  it('has nothing to do for no cell', async () => {
    expect(await runCells([])).toEqual([]);
  });

  it.each([1, 2])('rejects with what could not be done: %i thread(s)', async (workers) => {
    const folder = './nowhere';
    const conditions = defaultLinkConditions;
    const network = { kind: 'link' as const, name: 'lte', folder, conditions };
    await expect(runCells([...cells, { ...cell, network }], { workers })).rejects.toThrow(
      /lte\.up: cannot read/,
    );
  });
});

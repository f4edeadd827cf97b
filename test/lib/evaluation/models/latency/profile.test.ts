import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  ProfileModelError,
  profileModel,
} from '../../../../../lib/evaluation/models/latency/profile.ts';
import type { CatalogueInput } from '../../../../../lib/service/catalogue/schema.ts';
import { colourModel, colours } from '../../../../fixtures/colours.ts';
import { temporaryFolder } from '../../../../fixtures/temporary-folder.ts';

const input: CatalogueInput = { dtype: 'float32', shape: [1, 3, 8, 8], layout: 'NCHW' };

function taskOf(file: Uint8Array) {
  const path = join(temporaryFolder(), 'colour.onnx');
  writeFileSync(path, file);
  return {
    path,
    catalogue: { input, labels: colours },
    model: { name: 'colour', memoryMb: 1769 },
    threads: 1,
    settings: { maxRuns: 300, maxMs: 5_000, precision: 0 },
  };
}

describe('profileModel', () => {
  it('measures a model in a process of its own', async () => {
    const ballast = Buffer.alloc(400_000_000, 1);
    const shares: number[] = [];
    const profile = await profileModel(taskOf(colourModel()), (share) => shares.push(share));
    expect(profile).toMatchObject({ model: 'colour', threads: 1, runs: 300 });
    const { p50Ms, p95Ms, p99Ms, meanMs, stdMs, loadMs, memoryMb } = profile;
    expect([p50Ms, p95Ms, p99Ms]).toEqual([p50Ms, p95Ms, p99Ms].toSorted((a, b) => a - b));
    for (const value of [meanMs, stdMs, loadMs]) expect(value).toBeGreaterThan(0);
    expect(memoryMb).toBeGreaterThan(20);
    // Not that of this process.
    expect(memoryMb).toBeLessThan(ballast.length / 1e6);
    expect(Math.max(0, ...shares)).toBeLessThanOrEqual(1);
  });

  it('names a model that cannot be measured', async () => {
    const failure = profileModel(taskOf(colourModel({ classes: 4 })));
    await expect(failure).rejects.toBeInstanceOf(ProfileModelError);
    await expect(failure).rejects.toThrow(/^colour cannot be measured: it gives 4 scores/);
  });
});

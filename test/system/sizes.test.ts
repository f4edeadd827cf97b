import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelsResponseSchema } from '../../lib/core/contract/schemas.ts';
import { synthesizedWithAssets } from '../lib/infra/synthesized.ts';
import { RunningService } from './running-service.ts';

describe('a model of two sizes', () => {
  // The most accurate: with time enough it is chosen.
  const name = 'resnet-128-views16';
  let service: RunningService;
  beforeAll(async () => {
    const models = { [name]: { memoryMb: [1769, 5307] } };
    const { outdir } = synthesizedWithAssets({ models, auth: 'none' });
    service = await RunningService.start({ assemblyDir: outdir });
  }, 180_000);
  afterAll(() => service.stop());

  async function modelsNow() {
    const response = await service.fetch('/v1/models');
    return modelsResponseSchema.parse(await response.json()).models;
  }

  async function sizesNow() {
    return (await modelsNow()).find((model) => model.name === name)?.sizes ?? [];
  }

  it('was measured at both, and is one model to its callers', async () => {
    const names = (await modelsNow()).map((model) => model.name);
    expect(names.filter((each) => each.startsWith(name))).toEqual([name]);
    const sizes = await sizesNow();
    expect(sizes.map(({ memoryMb }) => memoryMb)).toEqual([1769, 5307]);
    for (const { profile } of sizes) expect(profile.samples).toBeGreaterThan(0);
  });

  it('counts an answer for the size that gave it, and names the model', async () => {
    const samples = async () =>
      (await sizesNow()).reduce((sum, { profile }) => sum + profile.samples, 0);
    const before = await samples();
    const { model, selection } = await service.infer({ slaMs: 20_000 });
    expect(selection).toMatchObject({ baseModel: name, eligible: [{ model: name }] });
    expect(model.name).toBe(name);
    await expect.poll(samples).toBe(before + 1);
  });
});

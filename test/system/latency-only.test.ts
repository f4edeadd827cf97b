import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelsResponseSchema } from '../../lib/core/contract/schemas.ts';
import { resolveCatalogue } from '../../lib/infra/package-files.ts';
import { catalogue, RunningService, sample } from './running-service.ts';

let directory: string;
let service: RunningService;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'latency-only-'));
  const models = catalogue.models.slice(0, 1).map((model) => ({ ...model, latencyOnly: true }));
  for (const { file } of models) {
    copyFileSync(join(resolveCatalogue('shapes'), file), join(directory, file));
  }
  const hollow = { ...catalogue, onDevice: undefined, models, samples: [] };
  writeFileSync(join(directory, 'catalogue.json'), JSON.stringify(hollow));
  service = await RunningService.start({ context: { catalogue: directory } });
}, 120_000);
afterAll(async () => {
  await service.stop();
  rmSync(directory, { recursive: true });
});

describe('a service whose models are for latency only', () => {
  it('measures them', async () => {
    const response = await service.fetch('/v1/models');
    const { models } = modelsResponseSchema.parse(await response.json());
    expect(models).toHaveLength(1);
    expect(models[0]?.latencyOnly).toBe(true);
    expect(models[0]?.profile.samples).toBeGreaterThan(0);
  });

  it('gives no client an answer of theirs', async () => {
    const response = await service.post(new Uint8Array(sample.bytes));
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({
      type: '/problems/latency-only',
      detail: expect.stringContaining('for latency only'),
    });
  });
});

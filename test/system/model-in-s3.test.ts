import { appendFileSync, cpSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { inferResponseSchema } from '../../lib/core/contract/schemas.ts';
import { type RunningAssembly, startAssembly } from '../../lib/local/assembly.ts';
import { allowedBy } from '../../lib/local/template/iam.ts';
import { readStack } from '../../lib/local/template/stack.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { synthesizedWithAssets } from '../lib/infra/synthesized.ts';
import { catalogue, sample } from './running-service.ts';

const name = catalogue.models.toSorted((a, b) => b.accuracyPct - a.accuracyPct)[0]?.name ?? '';
let running: RunningAssembly | undefined;
afterEach(async () => {
  await running?.close();
  running = undefined;
});

/** The service with its most accurate model in S3. */
async function start(outdir: string): Promise<RunningAssembly> {
  running = await startAssembly({
    assemblyDir: outdir,
    port: 0,
    environment: { MDI_PROFILE_CONCURRENCY: '1', MDI_PROFILE_MODEL_MS: '100' },
  });
  return running;
}

let assemblyDir: string;
beforeAll(() => {
  const models = { [name]: { storage: 's3' } } as const;
  assemblyDir = synthesizedWithAssets({ auth: 'none', strategy: 'static-accuracy', models }).outdir;
});

describe('a model whose file lies in S3', () => {
  it('is copied, answers, and no function reads or writes what its role does not allow', async () => {
    const { url, calls } = await start(assemblyDir);
    const response = await fetch(`${url}/v1/infer`, {
      method: 'POST',
      body: new Uint8Array(sample.bytes),
      headers: { 'content-type': 'image/jpeg', 'mdi-sla-ms': '20000' },
    });
    const { model, predictions } = inferResponseSchema.parse(await response.json());
    expect(model.name).toBe(name);
    expect(predictions[0]?.label).toBe(sample.label);

    const accesses = calls.filter(({ action }) => action.startsWith('s3:'));
    expect(accesses.map(({ action }) => action)).toEqual([
      's3:GetObject',
      's3:PutObject',
      's3:GetObject',
    ]);
    for (const { functionLogicalId, action, resourceArn } of accesses) {
      expect(allowedBy(readStack(assemblyDir), functionLogicalId ?? '', action, resourceArn)).toBe(
        true,
      );
    }
  }, 60_000);

  it('is refused when the object is not the catalogue’s file, and the deployment fails with its name', async () => {
    const outdir = temporaryFolder();
    cpSync(assemblyDir, outdir, { recursive: true });
    const [object] = globSync(join(outdir, 'asset.*.onnx'));
    appendFileSync(object ?? '', 'x');
    await expect(start(outdir)).rejects.toThrow(
      new RegExp(`model "${name}" cannot be profiled.*ModelFileError.*the catalogue says`),
    );
  }, 60_000);
});

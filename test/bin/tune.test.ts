import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveCatalogue } from '../../lib/infra/package-files.ts';
import { readCatalogue } from '../../lib/service/catalogue/load.ts';
import { readTuned } from '../../lib/service/catalogue/tuned.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { runMdi } from './run-mdi.ts';

const folder = temporaryFolder();
const out = join(folder, 'tuned.json');
const tune = (...args: string[]) => runMdi('tune', '--out', out, ...args);
const catalogue = readCatalogue(resolveCatalogue('shapes'));

describe('mdi tune', () => {
  it('writes the memory of every model, for the file that it has', async () => {
    const { code, out: said } = await tune('--latency-ms', '60');
    expect(code).toBe(0);
    expect(said).toMatch(/nano-24 +│ .*512/);
    expect(said).toMatch(/cheapest +│ +\d+/);
    const { models, ...about } = readTuned(out);
    expect(about).toEqual({ catalogue: 'shapes', source: 'shapes', latencyMs: 60 });
    expect(Object.keys(models)).toEqual(catalogue.models.map(({ name }) => name));
    for (const { name, sha256 } of catalogue.models) expect(models[name]?.sha256).toBe(sha256);
  });

  it('gives more memory to a model that is too slow, and says of which none is fast enough', async () => {
    const name = 'resnet-128-views16';
    const memoryOf = async (latencyMs: string, ...more: string[]) => {
      const { out: said } = await tune(name, '--latency-ms', latencyMs, ...more);
      return { memoryMb: readTuned(out).models[name]?.memoryMb ?? 0, said };
    };
    const slow = await memoryOf('1000', '--parallel-share', '0.5');
    const fast = await memoryOf('60', '--parallel-share', '0.5');
    expect(fast.memoryMb).toBeGreaterThan(slow.memoryMb);
    const none = await memoryOf('1');
    expect(none.memoryMb).toBe(10_240);
    expect(none.said).toContain(`With no memory do 95 % answer within 1 ms: ${name}`);
  });

  it('tries the memory that it is told to, and prints all as JSON', async () => {
    const { out: said } = await tune(
      ...['nano-24', '--latency-ms', '60', '--memory-mb', '3538,1769', '--json'],
    );
    const { models } = JSON.parse(said);
    const memory = models[0].options.map(({ memoryMb }: { memoryMb: number }) => memoryMb);
    expect([models.length, memory]).toEqual([1, [1769, 3538]]);
  });

  it('draws cost against latency', async () => {
    const figure = join(folder, 'tune.svg');
    await tune('--latency-ms', '60', '--figure', figure);
    expect(readFileSync(figure, 'utf8')).toMatch(/^<svg/);
  });

  it('refuses a model that there is not, and writes nothing', async () => {
    const nowhere = join(folder, 'nowhere.json');
    const { code, error } = await runMdi(
      ...['tune', 'nano-25', '--latency-ms', '60', '--out', nowhere],
    );
    expect(code).toBe(1);
    expect(error).toContain('catalogue "shapes" has no model "nano-25", only nano-24, ');
    expect(existsSync(nowhere)).toBe(false);
  });
});

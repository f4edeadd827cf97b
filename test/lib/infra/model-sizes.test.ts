import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ModelOverrides, withOverrides } from '../../../lib/infra/model-overrides.ts';
import type { ModelMemory } from '../../../lib/infra/model-sizes.ts';
import { resolveCatalogue } from '../../../lib/infra/package-files.ts';
import { readCatalogue } from '../../../lib/service/catalogue/load.ts';
import type { Catalogue } from '../../../lib/service/catalogue/schema.ts';
import { modelFunctionsFile, readModelFunctions } from '../../../lib/service/model-functions.ts';
import { temporaryFolder } from '../../fixtures/temporary-folder.ts';
import { propertiesOf, synthesized, synthesizedWithAssets } from './synthesized.ts';

const shapes = readCatalogue(resolveCatalogue('shapes'));
const scope = () => new Stack(new App(), 'Test');
const deployed = (
  overrides: Record<string, ModelOverrides>,
  { catalogue = shapes, tuned }: { catalogue?: Catalogue; tuned?: string } = {},
) =>
  withOverrides(scope(), catalogue, overrides, tuned).models.map(({ name, sizeOf, memoryMb }) => ({
    ...{ name, sizeOf, memoryMb },
  }));

describe('a model at several sizes', () => {
  it('is an entry for each, the smallest under the model’s own name', () => {
    const models = deployed({ 'nano-24': { memoryMb: [5307, 1769, 3538] } });
    expect(models.slice(0, 4)).toEqual([
      { name: 'nano-24', sizeOf: 'nano-24', memoryMb: 1769 },
      { name: 'nano-24-3538mb', sizeOf: 'nano-24', memoryMb: 3538 },
      { name: 'nano-24-5307mb', sizeOf: 'nano-24', memoryMb: 5307 },
      { name: 'mobile-24-views2', sizeOf: undefined, memoryMb: 1769 },
    ]);
  });

  it('is one model like any other if it has one size', () => {
    const [model] = deployed({ 'nano-24': { memoryMb: [3538] } });
    expect(model).toEqual({ name: 'nano-24', sizeOf: undefined, memoryMb: 3538 });
  });

  it.each([
    [[], 'must be a number or name at least one size'],
    [[1769, 1769], 'has 1769 twice'],
    [[64, 1769], 'must be a whole number from 128 to 10240, not 64'],
    [[1769, Number.NaN], 'must be a whole number from 128 to 10240, not NaN'],
  ])('is refused with %j', (memoryMb, message) => {
    expect(() => deployed({ 'nano-24': { memoryMb } })).toThrow(
      `Test: models.nano-24.memoryMb ${message}`,
    );
  });

  it('is refused where its sizes have no names', () => {
    const [first, second] = shapes.models;
    const named = (name: string) =>
      ({ ...shapes, models: [{ ...first, name }, second] }) as Catalogue;
    const memoryMb = [1769, 5307];
    const long = 'x'.repeat(34);
    expect(() => deployed({ [long]: { memoryMb } }, { catalogue: named(long) })).toThrow(
      `Test: models.${long}.memoryMb needs the name "${long}-5307mb", but a name has at most 40 characters`,
    );
    const taken = {
      ...shapes,
      models: [first, { ...second, name: 'nano-24-5307mb' }],
    } as Catalogue;
    expect(() => deployed({ 'nano-24': { memoryMb } }, { catalogue: taken })).toThrow(
      'makes a size named "nano-24-5307mb", as another model is: rename that one',
    );
  });
});

describe('memory that was tuned', () => {
  const tunedFile = (models: object) => {
    const path = join(temporaryFolder(), 'mdi-tuned.json');
    const result = { catalogue: 'shapes', source: 'made up', latencyMs: 100, models };
    writeFileSync(path, JSON.stringify(result));
    return path;
  };
  const tuned: ModelMemory = 'tuned';
  const sha256 = shapes.models[0]?.sha256;

  it('is what mdi tune has found', () => {
    const path = tunedFile({ 'nano-24': { memoryMb: 885, sha256 } });
    const [model] = deployed({ 'nano-24': { memoryMb: tuned } }, { tuned: path });
    expect(model).toEqual({ name: 'nano-24', sizeOf: undefined, memoryMb: 885 });
  });

  it.each([
    [{}, 'has no model "nano-24"; run npx mdi tune for it'],
    [
      { 'nano-24': { memoryMb: 885, sha256: 'another' } },
      'is of another file of it; run npx mdi tune again',
    ],
    [{ 'nano-24': { memoryMb: 885.5, sha256 } }, 'models.nano-24.memoryMb'],
  ])('is refused when the file says %j', (models, message) => {
    const overrides = { 'nano-24': { memoryMb: tuned } };
    const path = tunedFile(models);
    expect(() => deployed(overrides, { tuned: path })).toThrow(message);
    expect(() => deployed(overrides, { tuned: path })).toThrow(
      "Test: models.nano-24.memoryMb is 'tuned', but",
    );
  });

  it('is refused without the file', () => {
    expect(() => deployed({ 'nano-24': { memoryMb: tuned } }, { tuned: '/nowhere.json' })).toThrow(
      "Test: models.nano-24.memoryMb is 'tuned', but /nowhere.json: cannot read the result of npx mdi tune: no such file; run npx mdi tune",
    );
  });
});

describe('the template', () => {
  let made: ReturnType<typeof synthesized>;
  beforeAll(() => {
    made = synthesized({ models: { 'nano-24': { memoryMb: [1769, 5307] } } });
  });
  const single = () => synthesized();

  it('has a function of each size, with a profile of its own', () => {
    const { template, service } = made;
    const functions = propertiesOf(template, 'AWS::Lambda::Function');
    const sizes = functions
      .map(({ Environment, MemorySize }) => [
        (Environment as { Variables?: Record<string, unknown> })?.Variables?.MDI_MODEL,
        MemorySize,
      ])
      .filter(([model]) => String(model).startsWith('nano-24'));
    expect(sizes).toEqual([
      ['nano-24', 1769],
      ['nano-24-5307mb', 5307],
    ]);
    expect([...service.models.keys()].slice(0, 2)).toEqual(['nano-24', 'nano-24-5307mb']);
    const [profiles] = propertiesOf(template, 'Custom::MdInferenceProfiles');
    expect(profiles?.versions).toHaveProperty('nano-24-5307mb');
    const leading = propertiesOf(template, 'AWS::IAM::Policy').filter((policy) =>
      JSON.stringify(policy).includes('/nano-24-5307mb@*'),
    );
    expect(leading).toHaveLength(1);
  });

  it('keeps the function that the model has had at one size', () => {
    const idOf = ({ stack, service }: ReturnType<typeof synthesized>) =>
      stack.getLogicalId(service.models.get('nano-24')?.function.node.defaultChild as never);
    expect(idOf(made)).toBe(idOf(single()));
  });

  it('shows one model on the dashboard', () => {
    const [dashboard] = propertiesOf(made.template, 'AWS::CloudWatch::Dashboard');
    const body = JSON.stringify(dashboard);
    expect(body).not.toContain('\\"model\\",\\"nano-24-5307mb\\"');
    expect(body).toContain('\\"model\\",\\"nano-24\\"');
  });

  it('tells the selector of every size', () => {
    const { outdir } = synthesizedWithAssets({ models: { 'nano-24': { memoryMb: [1769, 5307] } } });
    const folders = JSON.parse(readFileSync(join(outdir, 'Test.assets.json'), 'utf8')).files;
    const selector = Object.values<{ source: { path: string } }>(folders)
      .map(({ source }) => join(outdir, source.path))
      .find((folder) => {
        try {
          return Boolean(readFileSync(join(folder, modelFunctionsFile)));
        } catch {
          return false;
        }
      });
    const functions = readModelFunctions(selector ?? '');
    const { models } = readCatalogue(selector ?? '');
    expect(Object.keys(functions)).toEqual(models.map(({ name }) => name));
    expect(functions['nano-24-5307mb']).toMatch(/-nano-24-5307mb:live$/);
    expect(models[1]).toMatchObject({ sizeOf: 'nano-24', memoryMb: 5307 });
  });
});

import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { beforeAll, describe, expect, it } from 'vitest';
import { InvalidPropertyError } from '../../../lib/index.ts';
import { largestInAssetBytes } from '../../../lib/service/catalogue/limits.ts';
import { CatalogueError } from '../../../lib/service/catalogue/load.ts';
import { propertiesOf, synthesized, synthesizedWithAssets } from './synthesized.ts';

let made: ReturnType<typeof synthesized>;
beforeAll(() => {
  made = synthesized();
});

describe('MdInference with no props', () => {
  it('is the shapes service, its parts readable as properties', () => {
    const { service, stack } = made;
    expect(service.catalogue.name).toBe('shapes');
    expect([...service.models.keys()]).toEqual(service.catalogue.models.map(({ name }) => name));
    expect(stack.resolve(service.url)).toHaveProperty('Fn::GetAtt');
    expect(stack.resolve(service.table.tableName)).toHaveProperty('Ref');
  });

  it('has one function for each model, sized by the catalogue', () => {
    const { service, template, stack } = made;
    for (const model of service.catalogue.models) {
      template.hasResourceProperties('AWS::Lambda::Function', {
        Environment: {
          Variables: {
            MDI_MODEL: model.name,
            MDI_TABLE_NAME: stack.resolve(service.table.tableName),
          },
        },
        MemorySize: model.memoryMb,
        Runtime: 'nodejs24.x',
        Architectures: ['x86_64'],
        Timeout: 29,
        Layers: [Match.anyValue()],
      });
    }
  });

  it('gives the profiler all of Lambda’s time, and API functions no more than the gateway waits', () => {
    const { template, service, stack } = made;
    const timeoutOf = (id: unknown) =>
      template.findResources('AWS::Lambda::Function')[String(id)]?.Properties.Timeout;
    const logicalId = (fn: { node: { defaultChild?: unknown } }) =>
      stack.getLogicalId(fn.node.defaultChild as never);
    expect(timeoutOf(logicalId(service.profiler.function))).toBe(900);
    expect(timeoutOf(logicalId(service.selector.function))).toBe(29);
  });

  it('has the settings that its properties promise by default', () => {
    const { template } = made;
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: {
          MDI_STRATEGY: 'three-stage',
          MDI_DEFAULT_SLA_MS: '250',
          MDI_DEFAULT_NETWORK_MS: '100',
          MDI_CLOCK_TOLERANCE_MS: '50',
          MDI_MAX_INPUT_MS: '60000',
          MDI_CLOCK_ERROR_MS: '5',
          MDI_AT_DEADLINE: 'wait',
          MDI_LATE_WAIT_MS: '10000',
          MDI_HEDGE_SHARE: '0.05',
          MDI_FEEDBACK: 'callers',
          MDI_FEEDBACK_WEIGHT: '200',
          MDI_WINDOW_MS: '300000',
          MDI_SHARDS: '1',
        },
      },
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: {
          MDI_PROFILE_CONCURRENCY: '2',
          MDI_PROFILE_TIMEOUT_MS: '840000',
          MDI_PROFILE_MODEL_MS: '60000',
          MDI_PROFILE_MAX_RUNS: '1000',
          MDI_PROFILE_PRECISION: '0.02',
        },
      },
    });
  });

  it('keeps profiles in a table whose live items expire', () => {
    made.template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });

  it('gives the same template for the same input', () => {
    expect(synthesized({}).template.toJSON()).toEqual(made.template.toJSON());
  });
});

describe('assets', () => {
  const assetFolders = () => globSync(join(made.outdir, 'asset.*'));
  const bytesOf = (folder: string) =>
    globSync(join(folder, '**')).reduce((sum, path) => {
      const stats = statSync(path);
      return sum + (stats.isFile() ? stats.size : 0);
    }, 0);

  it('stay under Lambda’s 250 MB, layer and largest function together', () => {
    const [layer] = globSync(join(made.outdir, 'asset.*/nodejs'));
    const functions = assetFolders().filter((folder) => !layer?.startsWith(folder));
    const largest = Math.max(...functions.map(bytesOf));
    expect(bytesOf(layer ?? '') + largest).toBeLessThan(250e6);
    // The layer alone: one architecture of onnxruntime and sharp, and not the rest of the packages.
    expect(bytesOf(layer ?? '')).toBeLessThan(75e6);
    const withoutModel = 2e6;
    expect(bytesOf(layer ?? '') + withoutModel + largestInAssetBytes).toBeLessThan(250 * 2 ** 20);
  });

  it('hold the layer’s modules for Linux on one architecture', () => {
    const natives = globSync(join(made.outdir, 'asset.*/nodejs/**/*.{node,so*}'));
    expect(natives.length).toBeGreaterThanOrEqual(4);
    for (const path of natives) expect(path).toMatch(/linux.x64/);
  });

  it('hold them for Arm where a model’s function runs on it', () => {
    const { outdir, template } = synthesizedWithAssets({
      models: { 'nano-24': { architecture: Architecture.ARM_64 } },
    });
    const natives = globSync(join(outdir, 'asset.*/nodejs/**/*.{node,so*}'));
    expect(natives.filter((path) => /linux.arm64/.test(path)).length).toBeGreaterThanOrEqual(4);
    expect(natives.filter((path) => !/linux.(arm64|x64)/.test(path))).toEqual([]);
    const arm = propertiesOf(template, 'AWS::Lambda::Function').filter(
      ({ Architectures }) => String(Architectures) === 'arm64',
    );
    expect(arm).toHaveLength(1);
  }, 60_000);

  it('hold with each model’s function its own model and no other', () => {
    const catalogues = globSync(join(made.outdir, 'asset.*/model.onnx')).map((path) =>
      JSON.parse(readFileSync(join(path, '../catalogue.json'), 'utf8')),
    );
    const names = catalogues.map(({ models }) => models.map((m: { name: string }) => m.name));
    expect(names.sort()).toEqual([...made.service.models.keys()].sort().map((name) => [name]));
  });
});

describe('settings', () => {
  it('reach the functions that they are for', () => {
    const { template } = synthesized({
      strategy: 'expected-accuracy',
      defaultSlaMs: 400,
      windowLength: Duration.minutes(1),
      shards: 4,
      defaultNetworkMs: 101,
      clockToleranceMs: 51,
      maxInputMs: 50_001,
      clockErrorMs: 6,
      feedback: 'anybody',
      feedbackWeight: 201,
      atDeadline: 'fail',
      lateWait: Duration.seconds(3),
      hedgeShare: 0.01,
      callerShare: 0.5,
      requestLogShare: 0.25,
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: {
          MDI_STRATEGY: 'expected-accuracy',
          MDI_DEFAULT_SLA_MS: '400',
          MDI_DEFAULT_NETWORK_MS: '101',
          MDI_CLOCK_TOLERANCE_MS: '51',
          MDI_MAX_INPUT_MS: '50001',
          MDI_CLOCK_ERROR_MS: '6',
          MDI_AT_DEADLINE: 'fail',
          MDI_LATE_WAIT_MS: '3000',
          MDI_HEDGE_SHARE: '0.01',
          MDI_CALLER_SHARE: '0.5',
          MDI_REQUEST_LOG_SHARE: '0.25',
          MDI_FEEDBACK: 'anybody',
          MDI_FEEDBACK_WEIGHT: '201',
        },
      },
    });
    const functions = Object.values(template.findResources('AWS::Lambda::Function'));
    const counting = functions.filter(
      ({ Properties }) => Properties.Environment?.Variables.MDI_TABLE_NAME,
    );
    expect(counting.length).toBe(made.service.models.size + 2);
    for (const { Properties } of counting) {
      expect(Properties.Environment.Variables).toMatchObject({
        MDI_WINDOW_MS: '60000',
        MDI_SHARDS: '4',
      });
    }
  });
});

describe('what is wanted of one model', () => {
  const memoryOf = (template: Template, name: string) =>
    propertiesOf(template, 'AWS::Lambda::Function').find((properties) =>
      JSON.stringify(properties.Environment).includes(`"MDI_MODEL":"${name}"`),
    )?.MemorySize;

  it('changes that model, and what the API says of it', () => {
    const { template, service } = synthesized({ models: { 'nano-24': { memoryMb: 512 } } });
    expect(memoryOf(template, 'nano-24')).toBe(512);
    expect(memoryOf(template, 'mobile-24-views2')).toBe(1769);
    expect(service.catalogue.models.find(({ name }) => name === 'nano-24')?.memoryMb).toBe(512);
  });

  it.each([
    [{ resnet: {} }, /^Test\/Api: models.resnet is not a model of catalogue "shapes": nano-24, /],
    [
      { 'nano-24': { memoryMb: 100 } },
      /^Test\/Api: models.nano-24.memoryMb must be .* 128 to 10240/,
    ],
    [{ 'nano-24': { memoryMb: 20_000 } }, /memoryMb must be a whole number from 128 to 10240/],
    [{ 'resnet-24-views4': { memoryMb: 207 } }, /is 207, but a model of 2.5 MB needs at least 208/],
  ])('is refused when it cannot be: %j', (models, message) => {
    expect(() => synthesized({ models })).toThrow(InvalidPropertyError);
    expect(() => synthesized({ models })).toThrow(message);
  });
});

describe('what is kept, and for how long', () => {
  it('is nothing, and logs for a month, by default', () => {
    const logs = made.template.findResources('AWS::Logs::LogGroup');
    for (const { Properties, DeletionPolicy } of Object.values(logs)) {
      expect(Properties.RetentionInDays).toBe(30);
      expect(DeletionPolicy).toBe('Delete');
    }
  });

  it('is a setting, as tags are', () => {
    const { template } = synthesized({
      logRetention: RetentionDays.ONE_WEEK,
      removalPolicy: RemovalPolicy.RETAIN,
      tags: { team: 'vision' },
    });
    const own = Object.values(template.findResources('AWS::Logs::LogGroup'));
    // The models', the selector's, the profiler's, its framework's, the access log.
    expect(own.length).toBe(made.service.models.size + 4);
    const tables = Object.values(template.findResources('AWS::DynamoDB::GlobalTable'));
    const buckets = Object.values(template.findResources('AWS::S3::Bucket'));
    for (const { DeletionPolicy } of [...own, ...tables, ...buckets])
      expect(DeletionPolicy).toBe('Retain');
    for (const { Properties } of own) {
      expect(Properties).toMatchObject({
        RetentionInDays: 7,
        Tags: [{ Key: 'team', Value: 'vision' }],
      });
    }
  });
});

describe('the logs of a first deployment that fails', () => {
  it('stay where that is asked for, and nothing else', () => {
    const { template } = synthesized({ logRemovalPolicy: RemovalPolicy.RETAIN });
    const logs = Object.values(template.findResources('AWS::Logs::LogGroup'));
    expect(logs).not.toHaveLength(0);
    for (const { DeletionPolicy } of logs) expect(DeletionPolicy).toBe('Retain');
    const [table] = Object.values(template.findResources('AWS::DynamoDB::GlobalTable'));
    expect(table?.DeletionPolicy).toBe('Delete');
  });
});

describe('a catalogue that is not there', () => {
  it('is named', () => {
    expect(() => synthesized({ catalogue: './no-such-models' })).toThrow(CatalogueError);
    expect(() => synthesized({ catalogue: './no-such-models' })).toThrow(/no-such-models/);
  });
});

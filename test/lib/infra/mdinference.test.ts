import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CatalogueError } from '../../../lib/catalogue/load.ts';
import { MdInference, type MdInferenceProps } from '../../../lib/index.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function synthesize(props?: MdInferenceProps) {
  const outdir = mkdtempSync(join(tmpdir(), 'mdinference-synth-'));
  folders.push(outdir);
  const app = new App({ outdir, analyticsReporting: false });
  const stack = new Stack(app, 'Test');
  const service = new MdInference(stack, 'Api', props);
  app.synth();
  return { outdir, stack, service, template: Template.fromStack(stack) };
}

let made: ReturnType<typeof synthesize>;
beforeAll(() => {
  made = synthesize();
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

  it('profiles anew exactly when a model, its code or its memory has changed', () => {
    const [profiles] = Object.values(
      made.template.findResources('Custom::MdInferenceProfiles'),
    ) as { Properties: { fingerprints: Record<string, string> } }[];
    const { fingerprints } = profiles?.Properties ?? { fingerprints: {} };
    expect(Object.keys(fingerprints)).toEqual([...made.service.models.keys()]);
    expect(new Set(Object.values(fingerprints)).size).toBe(made.service.models.size);
  });

  it('gives the same template for the same input', () => {
    expect(synthesize().template.toJSON()).toEqual(made.template.toJSON());
  });
});

describe('who may call', () => {
  const routeAuthorization = (template: Template) =>
    Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(
      ({ Properties }) => `${Properties.RouteKey} ${Properties.AuthorizationType}`,
    );

  it('is nobody without an IAM signature, on no route', () => {
    expect(routeAuthorization(made.template).sort()).toEqual([
      '$default AWS_IAM',
      'GET /openapi.json AWS_IAM',
      'GET /v1/health AWS_IAM',
      'GET /v1/models AWS_IAM',
      'GET /v1/time AWS_IAM',
      'POST /v1/feedback AWS_IAM',
      'POST /v1/infer AWS_IAM',
    ]);
  });

  it('is anybody only when asked for', () => {
    const { template } = synthesize({ auth: 'none' });
    expect(routeAuthorization(template).every((route) => route.endsWith(' NONE'))).toBe(true);
  });
});

describe('what each function may do', () => {
  /** Every allowed action of a function's role with the resources, and nothing by managed policies. */
  function allowed(fn: { role?: unknown }): Record<string, unknown[]> {
    const { stack, template } = made;
    const role = stack.resolve((fn.role as { roleName: string }).roleName).Ref;
    expect(template.findResources('AWS::IAM::Role')[role]?.Properties).not.toHaveProperty(
      'ManagedPolicyArns',
    );
    const policies = Object.values(template.findResources('AWS::IAM::Policy')).filter(
      ({ Properties }) => Properties.Roles.some((entry: { Ref: string }) => entry.Ref === role),
    );
    const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
    const result: Record<string, unknown[]> = {};
    for (const { Effect, Action, Resource } of statements) {
      expect(Effect).toBe('Allow');
      for (const action of [Action].flat()) {
        result[action] = [...(result[action] ?? []), ...[Resource].flat()];
      }
    }
    return result;
  }

  const tableArn = () => [made.stack.resolve(made.service.table.tableArn)];
  const functionArns = () =>
    [...made.service.models.values()].flatMap(({ function: fn }) => {
      const arn = made.stack.resolve(fn.functionArn);
      return [arn, { 'Fn::Join': ['', [arn, ':*']] }];
    });
  const logActions = ['logs:CreateLogStream', 'logs:PutLogEvents'];

  it('the selector invokes exactly the models, reads profiles, counts failures and feedback', () => {
    const actions = allowed(made.service.selector.function);
    expect(Object.keys(actions).sort()).toEqual([
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'lambda:InvokeFunction',
      ...logActions,
    ]);
    expect(actions['lambda:InvokeFunction']).toEqual(functionArns());
    expect(actions['dynamodb:Query']).toEqual(tableArn());
    expect(actions['dynamodb:UpdateItem']).toEqual(tableArn());
  });

  it('a model’s function updates profiles and writes its own log', () => {
    for (const { function: fn } of made.service.models.values()) {
      const actions = allowed(fn);
      expect(Object.keys(actions).sort()).toEqual(['dynamodb:UpdateItem', ...logActions]);
      expect(actions['dynamodb:UpdateItem']).toEqual(tableArn());
    }
  });

  it('the profiler invokes the models and replaces baselines', () => {
    const actions = allowed(made.service.profiler.function);
    expect(Object.keys(actions).sort()).toEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'lambda:InvokeFunction',
      ...logActions,
    ]);
    expect(actions['lambda:InvokeFunction']).toEqual(functionArns());
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
  });

  it('hold the layer’s modules for Linux on one architecture', () => {
    const natives = globSync(join(made.outdir, 'asset.*/nodejs/**/*.{node,so*}'));
    expect(natives.length).toBeGreaterThanOrEqual(4);
    for (const path of natives) expect(path).toMatch(/linux.x64/);
  });

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
    const { template } = synthesize({
      strategy: 'expected-accuracy',
      defaultSlaMs: 400,
      windowLength: Duration.minutes(1),
      shards: 4,
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: { MDI_STRATEGY: 'expected-accuracy', MDI_DEFAULT_SLA_MS: '400' },
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

describe('a catalogue that is not there', () => {
  it('is named', () => {
    expect(() => synthesize({ catalogue: './no-such-models' })).toThrow(CatalogueError);
    expect(() => synthesize({ catalogue: './no-such-models' })).toThrow(/no-such-models/);
  });
});

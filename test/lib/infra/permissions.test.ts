import { beforeAll, describe, expect, it } from 'vitest';
import { feedbackKey, partitionKey } from '../../../lib/service/profiles/keys.ts';
import { synthesized } from './synthesized.ts';

let made: ReturnType<typeof synthesized>;
beforeAll(() => {
  made = synthesized();
});

describe('what each function may do', () => {
  interface Allowed {
    readonly resources: unknown[];
    readonly conditions: unknown[];
  }

  /** What a function's role allows of every action; it has nothing by managed policies. */
  function allowed(fn: { role?: unknown }, { stack, template } = made): Record<string, Allowed> {
    const role = stack.resolve((fn.role as { roleName: string }).roleName).Ref;
    expect(template.findResources('AWS::IAM::Role')[role]?.Properties).not.toHaveProperty(
      'ManagedPolicyArns',
    );
    const policies = Object.values(template.findResources('AWS::IAM::Policy')).filter(
      ({ Properties }) => Properties.Roles.some((entry: { Ref: string }) => entry.Ref === role),
    );
    const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
    const result: Record<string, Allowed> = {};
    for (const { Effect, Action, Resource, Condition } of statements) {
      expect(Effect).toBe('Allow');
      for (const action of [Action].flat()) {
        const { resources = [], conditions = [] } = result[action] ?? {};
        result[action] = {
          resources: [...resources, ...[Resource].flat()],
          conditions: [...conditions, ...[Condition ?? []].flat()],
        };
      }
    }
    return result;
  }

  const onTable = (...keys: string[]) => ({
    resources: [made.stack.resolve(made.service.table.tableArn)],
    conditions: keys.map((key) => ({
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [key] },
    })),
  });
  const deployment = 'Test-Api-17E32BCB';

  const models = () => [...made.service.models.values()];
  const logActions = ['logs:CreateLogStream', 'logs:PutLogEvents'];

  it('with tracing, every function may send traces', () => {
    const traced = synthesized({ tracing: true });
    const { service } = traced;
    const functions = [service.selector, service.profiler, ...service.models.values()];
    for (const { function: fn } of functions) {
      expect(allowed(fn, traced)).toHaveProperty(['xray:PutTraceSegments']);
    }
  });

  it('the selector invokes the deployment’s models by their prefix, reads profiles, counts failures and feedback', () => {
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
    expect(JSON.stringify(actions['lambda:InvokeFunction']?.resources)).toMatch(
      /:function:Test-Api-17E32BCB-\*:live"\]\]\}\]$/,
    );
    expect(actions).toMatchObject({
      'dynamodb:GetItem': onTable(),
      'dynamodb:Query': onTable(),
      'dynamodb:UpdateItem': onTable(`${deployment}/*/*@*`),
      'dynamodb:PutItem': onTable(`${deployment}/feedback`),
      'dynamodb:DeleteItem': onTable(`${deployment}/feedback`),
    });
  });

  /** Objects of the bucket of models. */
  const objects = (pattern: string) => ({
    'Fn::Join': ['', [bucketArn(), `/${deployment}/${pattern}`]],
  });
  const bucketArn = () => {
    const [bucket] = Object.keys(made.template.findResources('AWS::S3::Bucket'));
    return { 'Fn::GetAtt': [bucket, 'Arn'] };
  };

  it('a model’s function updates its own profile, writes its own log, and reads its own files', () => {
    for (const { function: fn, model } of models()) {
      const actions = allowed(fn);
      expect(Object.keys(actions).sort()).toEqual([
        'dynamodb:UpdateItem',
        ...logActions,
        's3:GetObject',
      ]);
      expect(actions['s3:GetObject']?.resources).toEqual([objects(`${model.name}/*`)]);
      expect(actions['dynamodb:UpdateItem']).toEqual(onTable(`${deployment}/*/${model.name}@*`));
    }
  });

  it('the profiler invokes the functions’ versions, replaces baselines and copies models', () => {
    const actions = allowed(made.service.profiler.function);
    expect(Object.keys(actions).sort()).toEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'lambda:InvokeFunction',
      ...logActions,
      's3:DeleteObject',
      's3:ListBucket',
      's3:PutObject',
    ]);
    const put = [`${deployment}/*/*@*`, `${deployment}/versions`, `${deployment}/feedback`];
    expect(actions).toMatchObject({
      'dynamodb:GetItem': onTable(),
      'dynamodb:Query': onTable(),
      'dynamodb:PutItem': { conditions: onTable(...put).conditions },
      's3:PutObject': { resources: [objects('*')] },
      's3:DeleteObject': { resources: [objects('*')] },
      's3:ListBucket': {
        resources: [bucketArn()],
        conditions: [{ StringLike: { 's3:prefix': `${deployment}/*` } }],
      },
    });
    expect(actions['lambda:InvokeFunction']?.resources).toEqual(
      [...models(), made.service.selector].map((model) => ({
        'Fn::Join': ['', [made.stack.resolve(model.function.functionArn), ':*']],
      })),
    );
  });

  it('the keys that conditions name are those that functions write', () => {
    const functions = Object.values(made.template.findResources('AWS::Lambda::Function'));
    const deployments = functions.flatMap(
      ({ Properties }) => Properties.Environment?.Variables?.MDI_DEPLOYMENT ?? [],
    );
    expect(new Set(deployments)).toEqual(new Set([deployment]));
    const own = partitionKey({
      deployment,
      catalogue: 'shapes',
      model: 'm',
      sha256: 'a'.repeat(64),
    });
    expect(own).toMatch(/^Test-Api-17E32BCB\/shapes\/m@/);
    expect(feedbackKey(deployment)).toBe('Test-Api-17E32BCB/feedback');
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { synthesized } from './synthesized.ts';

let made: ReturnType<typeof synthesized>;
beforeAll(() => {
  made = synthesized();
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
  const models = () => [...made.service.models.values()];
  const logAndTraceActions = [
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    'xray:PutTelemetryRecords',
    'xray:PutTraceSegments',
  ];

  it('the selector invokes exactly the models’ aliases, reads profiles, counts failures and feedback', () => {
    const actions = allowed(made.service.selector.function);
    expect(Object.keys(actions).sort()).toEqual([
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'lambda:InvokeFunction',
      ...logAndTraceActions,
    ]);
    expect(actions['lambda:InvokeFunction']).toEqual(
      models().map(({ live }) => made.stack.resolve(live.functionArn)),
    );
    expect(actions['dynamodb:Query']).toEqual(tableArn());
    expect(actions['dynamodb:UpdateItem']).toEqual(tableArn());
  });

  it('a model’s function updates profiles and writes its own log', () => {
    for (const { function: fn } of models()) {
      const actions = allowed(fn);
      expect(Object.keys(actions).sort()).toEqual(['dynamodb:UpdateItem', ...logAndTraceActions]);
      expect(actions['dynamodb:UpdateItem']).toEqual(tableArn());
    }
  });

  it('the profiler invokes the models’ versions and replaces baselines', () => {
    const actions = allowed(made.service.profiler.function);
    expect(Object.keys(actions).sort()).toEqual([
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
      'lambda:InvokeFunction',
      ...logAndTraceActions,
    ]);
    expect(actions['lambda:InvokeFunction']).toEqual(
      models().map((model) => ({
        'Fn::Join': ['', [made.stack.resolve(model.function.functionArn), ':*']],
      })),
    );
  });
});

import { Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaDeploymentConfig } from 'aws-cdk-lib/aws-codedeploy';
import { beforeAll, describe, expect, it } from 'vitest';
import { InvalidPropertyError } from '../../../lib/index.ts';
import { metricsNamespace } from '../../../lib/service/metrics.ts';
import { propertiesOf, synthesized } from './synthesized.ts';

const config = LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES;

let made: ReturnType<typeof synthesized>;
beforeAll(() => {
  made = synthesized({ rollout: { config } });
});

interface Rollback {
  /** The alias that is rolled back, and its version. */
  readonly alias: string;
  readonly version: object;
  /** The alarms that roll it back. */
  readonly alarms: { readonly id: string; readonly properties: Record<string, unknown> }[];
}

/** What CodeDeploy watches while each alias moves. */
function rollbacksIn(template: Template): Rollback[] {
  const alarms = template.findResources('AWS::CloudWatch::Alarm');
  const groups = template.findResources('AWS::CodeDeploy::DeploymentGroup');
  return Object.entries(template.findResources('AWS::Lambda::Alias')).map(([alias, resource]) => {
    const { DeploymentGroupName } = resource.UpdatePolicy.CodeDeployLambdaAliasUpdate;
    const { AlarmConfiguration } = groups[DeploymentGroupName.Ref]?.Properties ?? {};
    const ids: string[] = AlarmConfiguration.Alarms.map(
      (it: { Name: { Ref: string } }) => it.Name.Ref,
    );
    return {
      alias,
      version: resource.Properties.FunctionVersion,
      alarms: ids.map((id) => ({ id, properties: alarms[id]?.Properties ?? {} })),
    };
  });
}

const dimensionOf = (dimensions: unknown, name: string) =>
  (dimensions as { Name: string; Value: unknown }[]).find(({ Name }) => Name === name)?.Value;

describe('a rollout', () => {
  it('moves every alias that callers use by CodeDeploy', () => {
    const groups = propertiesOf(made.template, 'AWS::CodeDeploy::DeploymentGroup');
    expect(groups).toHaveLength(made.service.models.size + 1);
    expect(rollbacksIn(made.template)).toHaveLength(groups.length);
    for (const { AlarmConfiguration, AutoRollbackConfiguration, DeploymentConfigName } of groups) {
      expect(AlarmConfiguration).toMatchObject({ Enabled: true });
      expect(AutoRollbackConfiguration).toMatchObject({
        Enabled: true,
        Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'],
      });
      expect(JSON.stringify(DeploymentConfigName)).toContain('LambdaCanary10Percent5Minutes');
    }
  });

  it('is taken back by errors of the new version, not of the one before it, within a minute', () => {
    for (const { alarms, version } of rollbacksIn(made.template)) {
      const [errors] = alarms;
      expect(errors?.properties).toMatchObject({
        ...{ Namespace: 'AWS/Lambda', MetricName: 'Errors', Statistic: 'Sum', Threshold: 0 },
        ...{ Period: 60, EvaluationPeriods: 1, TreatMissingData: 'notBreaching' },
      });
      expect(dimensionOf(errors?.properties.Dimensions, 'ExecutedVersion')).toEqual(version);
      expect(JSON.stringify(dimensionOf(errors?.properties.Dimensions, 'Resource'))).toContain(
        ':live',
      );
    }
  });

  it('is taken back by the SLAs that the new version misses, each request’s own, within two minutes', () => {
    for (const { alias, alarms, version } of rollbacksIn(made.template)) {
      const { Metrics, ...rings } = alarms[1]?.properties ?? {};
      expect(rings).toMatchObject({
        ...{ Threshold: 90, ComparisonOperator: 'LessThanThreshold' },
        ...{ EvaluationPeriods: 2, TreatMissingData: 'notBreaching' },
      });
      const [expression, ...queries] = Metrics as {
        Expression?: string;
        MetricStat: { Metric: Record<string, unknown>; Period: number };
      }[];
      expect(expression?.Expression).toBe('IF(requests >= 10, 100 * share, 100)');
      expect(queries).toHaveLength(2);
      for (const { MetricStat } of queries) {
        const { Namespace, MetricName, Dimensions } = MetricStat.Metric;
        expect([Namespace, MetricName, MetricStat.Period]).toEqual([
          metricsNamespace,
          'SlaMet',
          60,
        ]);
        const name = alias.includes('Model') ? 'modelVersion' : 'selectorVersion';
        expect(dimensionOf(Dimensions, name)).toEqual(version);
        expect(dimensionOf(Dimensions, 'service')).toBe('Test-Api-17E32BCB');
      }
    }
  });

  it('has the selector count by version, which costs, and nothing else does', () => {
    const countsOf = ({ template }: ReturnType<typeof synthesized>) =>
      propertiesOf(template, 'AWS::Lambda::Function').flatMap(
        ({ Environment }) =>
          (Environment as { Variables: Record<string, string> } | undefined)?.Variables
            .MDI_VERSION_METRICS ?? [],
      );
    expect(countsOf(made)).toEqual(['on']);
    expect(countsOf(synthesized())).toEqual(['off']);
  });

  it('starts with other alarms for another version: one that still rings refuses no repair', () => {
    const changed = synthesized({ rollout: { config }, models: { 'nano-24': { memoryMb: 512 } } });
    const idsOf = (template: Template, part: string) =>
      rollbacksIn(template)
        .filter(({ alias }) => alias.includes(part))
        .flatMap(({ alarms }) => alarms.map(({ id }) => id));
    const before = idsOf(made.template, 'nano24');
    expect(before).toHaveLength(2);
    for (const id of idsOf(changed.template, 'nano24')) expect(before).not.toContain(id);
    expect(idsOf(changed.template, 'mobile24')).toEqual(idsOf(made.template, 'mobile24'));
  });

  it('takes alarms of one’s own, as many as CodeDeploy has room for', () => {
    const alarms = (count: number) =>
      Array.from({ length: count }, (_, i) =>
        Alarm.fromAlarmArn(new Stack(), `Own${i}`, `arn:aws:cloudwatch:r:1:alarm:own-${i}`),
      );
    const { template } = synthesized({ rollout: { config, alarms: alarms(8) } });
    for (const { AlarmConfiguration } of propertiesOf(
      template,
      'AWS::CodeDeploy::DeploymentGroup',
    )) {
      expect(AlarmConfiguration).toMatchObject({
        Alarms: expect.arrayContaining([{ Name: 'own-0' }, { Name: 'own-7' }]),
      });
    }
    const tooMany = () => synthesized({ rollout: { config, alarms: alarms(9) } });
    expect(tooMany).toThrow(InvalidPropertyError);
    expect(tooMany).toThrow('Test/Api: rollout.alarms must be at most 8, not 9');
  });

  it('is none by default', () => {
    const { template } = synthesized();
    expect(propertiesOf(template, 'AWS::CodeDeploy::DeploymentGroup')).toEqual([]);
    for (const alias of Object.values(template.findResources('AWS::Lambda::Alias'))) {
      expect(alias).not.toHaveProperty('UpdatePolicy');
    }
  });
});

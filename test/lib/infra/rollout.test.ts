import { LambdaDeploymentConfig } from 'aws-cdk-lib/aws-codedeploy';
import { beforeAll, describe, expect, it } from 'vitest';
import { propertiesOf, synthesized } from './synthesized.ts';

let made: ReturnType<typeof synthesized>;
beforeAll(() => {
  made = synthesized({ rollout: { config: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES } });
});

describe('a rollout', () => {
  it('moves every alias that callers use by CodeDeploy', () => {
    const aliases = Object.values(made.template.findResources('AWS::Lambda::Alias'));
    expect(aliases).toHaveLength(made.service.models.size + 1);
    for (const { UpdatePolicy } of aliases) {
      expect(UpdatePolicy).toHaveProperty('CodeDeployLambdaAliasUpdate.DeploymentGroupName');
    }
  });

  it('is taken back by errors of the version, server errors and missed SLAs', () => {
    const { template, stack, service } = made;
    const groups = propertiesOf(template, 'AWS::CodeDeploy::DeploymentGroup');
    expect(groups).toHaveLength(service.models.size + 1);
    const ofService = ['ServerErrors', 'SlaMissed'].map((name) => ({
      Name: stack.resolve(service.observability.alarms.get(name)?.alarmName),
    }));
    const own = new Set<string>();
    for (const { AlarmConfiguration, AutoRollbackConfiguration, DeploymentConfigName } of groups) {
      const { Alarms, Enabled } = AlarmConfiguration as { Alarms: object[]; Enabled: boolean };
      expect(Enabled).toBe(true);
      expect(Alarms).toEqual([expect.anything(), ...ofService]);
      own.add(JSON.stringify(Alarms[0]));
      expect(AutoRollbackConfiguration).toMatchObject({
        Enabled: true,
        Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM'],
      });
      expect(JSON.stringify(DeploymentConfigName)).toContain('LambdaCanary10Percent5Minutes');
    }
    expect(own.size).toBe(groups.length);
  });

  it('is none by default', () => {
    const { template } = synthesized();
    expect(propertiesOf(template, 'AWS::CodeDeploy::DeploymentGroup')).toEqual([]);
    for (const alias of Object.values(template.findResources('AWS::Lambda::Alias'))) {
      expect(alias).not.toHaveProperty('UpdatePolicy');
    }
  });
});

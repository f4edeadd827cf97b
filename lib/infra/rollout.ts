import { Duration } from 'aws-cdk-lib';
import { type IAlarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import {
  type ILambdaDeploymentConfig,
  LambdaApplication,
  LambdaDeploymentGroup,
} from 'aws-cdk-lib/aws-codedeploy';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledgeCodeDeployRole } from './acknowledgements.ts';
import type { LiveAlias } from './live-alias.ts';

/** How new versions take over, and what rolls them back. */
export interface RolloutOptions {
  /** Such as `LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES`. */
  readonly config: ILambdaDeploymentConfig;
  /**
   * Alarms that roll new versions back while they take over, in addition to those of the service:
   * errors of the version, the share of server errors, missed SLAs.
   *
   * @default - none
   */
  readonly alarms?: IAlarm[];
}

/** Properties of a {@link Rollout}. */
export interface RolloutProps extends RolloutOptions {
  readonly aliases: readonly LiveAlias[];
}

/**
 * Moves aliases to new versions step by step, by CodeDeploy: an alarm in the meantime rolls them
 * back and fails the deployment.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-updatepolicy.html#cfn-attributes-updatepolicy-codedeploylambdaaliasupdate
 */
export class Rollout extends Construct {
  constructor(scope: Construct, id: string, { aliases, config, alarms = [] }: RolloutProps) {
    super(scope, id);
    const application = new LambdaApplication(this, 'Application');
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
    });
    acknowledgeCodeDeployRole(
      role,
      ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSCodeDeployRoleForLambdaLimited'),
    );
    for (const alias of aliases) {
      const errors = alias
        .metricErrors({ period: Duration.minutes(1) })
        .createAlarm(alias, 'Errors', {
          alarmDescription: `${alias.node.path} fails`,
          threshold: 1,
          evaluationPeriods: 1,
          treatMissingData: TreatMissingData.NOT_BREACHING,
        });
      new LambdaDeploymentGroup(alias, 'Rollout', {
        application,
        role,
        alias,
        deploymentConfig: config,
        alarms: [errors, ...alarms],
      });
    }
  }
}

import { Duration, Lazy, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  type CfnAlarm,
  ComparisonOperator,
  type IAlarm,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import {
  type ILambdaDeploymentConfig,
  LambdaApplication,
  LambdaDeploymentGroup,
} from 'aws-cdk-lib/aws-codedeploy';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { CfnVersion } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { acknowledgeCodeDeployRole } from './acknowledgements.ts';
import { InvalidPropertyError } from './errors.ts';
import type { LiveAlias } from './live-alias.ts';
import type { ModelFunction } from './model-function.ts';
import { notify } from './notify.ts';
import type { Selector } from './selector.ts';
import { ServiceMetrics } from './service-metrics.ts';

/** How new versions take over, and what rolls them back. */
export interface RolloutOptions {
  /** Such as `LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES`. */
  readonly config: ILambdaDeploymentConfig;
  /**
   * Alarms that roll new versions back while they take over, in addition to those of the version: its errors, and
   * the share of its requests that missed their SLA. At most eight. CodeDeploy refuses a deployment, the
   * repair included, while one of them rings.
   *
   * @default - none
   */
  readonly alarms?: IAlarm[];
}

/** Properties of a {@link Rollout}. */
export interface RolloutProps extends RolloutOptions {
  readonly deployment: string;
  readonly models: readonly ModelFunction[];
  readonly selector: Selector;
  /** Share of a version's requests, in percent, that must be answered within their SLA. */
  readonly slaTargetPct: number;
  /** Where the alarms are sent. */
  readonly alarmsTopic?: ITopic | undefined;
}

/** CodeDeploy's limit on a deployment group's alarms, less those of {@link Rollout}. */
const mostAlarms = 10 - 2;

/** Requests of a version in a minute below which the share of them that missed their SLA says nothing. */
const minRequests = 10;

const period = Duration.minutes(1);

/**
 * Moves aliases to new versions step by step, by CodeDeploy: an alarm in the meantime rolls them
 * back and fails the deployment. The alarms look at the new version alone, and soon: the shortest step
 * is five minutes.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-updatepolicy.html#cfn-attributes-updatepolicy-codedeploylambdaaliasupdate
 */
export class Rollout extends Construct {
  /** Of every version that takes over: one for its errors, one for the SLAs that it missed. */
  readonly alarms: readonly Alarm[];

  /** @throws {@link InvalidPropertyError} for more alarms than CodeDeploy takes */
  constructor(scope: Construct, id: string, props: RolloutProps) {
    super(scope, id);
    const { models, selector, config, alarms = [] } = props;
    if (alarms.length > mostAlarms) {
      const message = `must be at most ${mostAlarms}, not ${alarms.length}: CodeDeploy takes 10 with the service's own`;
      throw new InvalidPropertyError(scope, 'rollout.alarms', message);
    }
    const application = new LambdaApplication(this, 'Application');
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
    });
    acknowledgeCodeDeployRole(
      role,
      ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSCodeDeployRoleForLambdaLimited'),
    );
    const rolledOut = [
      ...models.map(({ live, model }) => ({
        live,
        dimensions: { model: model.name, modelVersion: live.version.version },
      })),
      { live: selector.live, dimensions: { selectorVersion: selector.live.version.version } },
    ];
    this.alarms = rolledOut.flatMap(({ live, dimensions }) => {
      const own = [errorsOf(live), slaMissedOf(live, dimensions, props)];
      new LambdaDeploymentGroup(live, 'Rollout', {
        application,
        role,
        alias: live,
        deploymentConfig: config,
        alarms: [...own, ...alarms],
      });
      return own;
    });
    if (props.alarmsTopic) notify(this.alarms, props.alarmsTopic);
  }
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html#per-function-metrics */
function errorsOf(live: LiveAlias): Alarm {
  const executedVersion = live.version.version;
  const metric = live.metricErrors({ period });
  return alarmOfVersion(live, 'Errors', {
    alarmDescription: `The new version of ${live.node.path} fails: it is rolled back. Look at its log`,
    metric: metric.with({
      dimensionsMap: { ...metric.dimensions, ExecutedVersion: executedVersion },
    }),
    threshold: 0,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: 1,
  });
}

function slaMissedOf(
  live: LiveAlias,
  dimensions: Record<string, string>,
  { deployment, slaTargetPct }: RolloutProps,
): Alarm {
  return alarmOfVersion(live, 'SlaMissed', {
    alarmDescription: `Fewer than ${slaTargetPct} % of the requests that the new version of ${live.node.path} answered were in time: it is rolled back. Compare its service times with those before`,
    metric: ServiceMetrics.slaMetBy(deployment, dimensions, { period, minRequests }),
    threshold: slaTargetPct,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    // The first minute is that of cold starts.
    evaluationPeriods: 2,
  });
}

/**
 * An alarm that is another one for each version. One that goes on ringing for the version before would have
 * CodeDeploy refuse the next deployment.
 */
function alarmOfVersion(live: LiveAlias, id: string, props: AlarmProps): Alarm {
  const alarm = new Alarm(live, id, {
    treatMissingData: TreatMissingData.NOT_BREACHING,
    ...props,
  });
  const stack = Stack.of(alarm);
  const resource = alarm.node.defaultChild as CfnAlarm;
  const ownId: string = stack.resolve(resource.logicalId);
  // CDK gives a version another logical id when the function has changed, and knows it last of all.
  const version = live.version.node.defaultChild as CfnVersion;
  const produce = () => `${ownId}${String(stack.resolve(version.logicalId)).slice(-8)}`;
  resource.overrideLogicalId(Lazy.uncachedString({ produce }));
  return alarm;
}

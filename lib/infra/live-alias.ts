import type { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Alias, type IVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { warmUpEvent } from '../core/contract/warm-up.ts';
import { type ProvisionedConcurrency, scalingOf } from './provisioned-concurrency.ts';

/** How callers reach a function. */
export interface LiveOptions {
  /** Environments that are kept ready. */
  readonly provisionedConcurrency?: ProvisionedConcurrency | undefined;
  /** The pause between two warm-ups, which keep one environment alive when none is kept ready. */
  readonly keepWarm?: Duration | undefined;
}

/** Properties of a {@link LiveAlias}. */
export interface LiveAliasProps extends LiveOptions {
  readonly version: IVersion;
}

/** The alias `live` of a function: the version that callers reach, and what is kept ready of it. */
export class LiveAlias extends Alias {
  /** @throws InvalidPropertyError for provisioned concurrency that AWS would refuse */
  constructor(scope: Construct, id: string, props: LiveAliasProps) {
    const { version, keepWarm } = props;
    const scaling =
      props.provisionedConcurrency === undefined
        ? undefined
        : scalingOf(scope, props.provisionedConcurrency);
    super(scope, id, {
      aliasName: 'live',
      version,
      ...(scaling && { provisionedConcurrentExecutions: scaling.min }),
    });
    if (scaling && scaling.max > scaling.min) {
      this.addAutoScaling({
        minCapacity: scaling.min,
        maxCapacity: scaling.max,
      }).scaleOnUtilization({ utilizationTarget: scaling.utilization });
    }
    // A rule of its own: EventBridge lets a rule have five targets.
    if (keepWarm && !scaling) {
      const event = RuleTargetInput.fromObject(warmUpEvent);
      new Rule(this, 'KeepWarm', {
        schedule: Schedule.rate(keepWarm),
        // The next warm-up comes soon enough.
        targets: [new LambdaFunction(this, { event, retryAttempts: 0 })],
      });
    }
  }
}

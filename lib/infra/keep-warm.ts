import type { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { warmUpEvent } from '../core/contract/warm-up.ts';
import type { LiveAlias } from './live-alias.ts';

/** Properties of {@link KeepWarm}. */
export interface KeepWarmProps {
  /** The pause between two warm-ups. */
  readonly every: Duration;
  /** Those that have provisioned concurrency are left out. */
  readonly aliases: readonly LiveAlias[];
}

/** EventBridge lets a rule have so many, and an account 300 rules. */
const targetsOfRule = 5;

/** Keeps one environment of each alias alive for which none is kept ready. */
export class KeepWarm extends Construct {
  constructor(scope: Construct, id: string, { every, aliases }: KeepWarmProps) {
    super(scope, id);
    const event = RuleTargetInput.fromObject(warmUpEvent);
    const targets = aliases
      .filter(({ isProvisioned }) => !isProvisioned)
      // The next warm-up comes soon enough.
      .map((alias) => new LambdaFunction(alias, { event, retryAttempts: 0 }));
    for (let first = 0; first < targets.length; first += targetsOfRule) {
      new Rule(this, `Rule${first / targetsOfRule}`, {
        schedule: Schedule.rate(every),
        targets: targets.slice(first, first + targetsOfRule),
      });
    }
  }
}

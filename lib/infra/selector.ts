import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { FeedbackChoice } from '../core/contract/feedback-choices.ts';
import type { AtDeadline } from '../core/contract/headers.ts';
import type { StrategyName } from '../core/selection/strategies.ts';
import type { Catalogue } from '../service/catalogue/schema.ts';
import { LiveAlias, type LiveOptions } from './live-alias.ts';
import type { ModelFunction } from './model-function.ts';
import type { ProfileTable } from './profile-table.ts';
import { type CommonFunctionProps, requestTimeout, ServiceFunction } from './service-function.ts';

/** Properties of a {@link Selector}. */
export interface SelectorProps extends CommonFunctionProps {
  readonly catalogue: Catalogue;
  readonly models: readonly ModelFunction[];
  readonly table: ProfileTable;
  readonly strategy: StrategyName;
  readonly defaultSlaMs: number;
  readonly defaultNetworkMs: number;
  readonly clockToleranceMs: number;
  readonly maxInputMs: number;
  readonly clockErrorMs: number;
  readonly callerShare: number;
  readonly requestLogShare: number;
  readonly feedback: FeedbackChoice;
  readonly feedbackWeight: number;
  readonly atDeadline: AtDeadline;
  readonly lateWaitMs: number;
  readonly hedgeShare: number;
  readonly live: LiveOptions;
}

/** The function behind the HTTP API: computes the budget, selects a model and invokes it. */
export class Selector extends ServiceFunction {
  /** What the HTTP API invokes. */
  readonly live: LiveAlias;

  constructor(scope: Construct, id: string, props: SelectorProps) {
    super(scope, id, {
      ...props,
      code: 'selector',
      description: `${props.catalogue.name}: selects a model for each request`,
      addFiles: (directory) =>
        writeFileSync(join(directory, 'catalogue.json'), JSON.stringify(props.catalogue)),
      environment: {
        ...props.environment,
        MDI_MODEL_FUNCTIONS: Stack.of(scope).toJsonString(
          Object.fromEntries(
            props.models.map(({ model, live }) => [model.name, live.functionName]),
          ),
        ),
        MDI_STRATEGY: props.strategy,
        MDI_DEFAULT_SLA_MS: String(props.defaultSlaMs),
        MDI_DEFAULT_NETWORK_MS: String(props.defaultNetworkMs),
        MDI_CLOCK_TOLERANCE_MS: String(props.clockToleranceMs),
        MDI_MAX_INPUT_MS: String(props.maxInputMs),
        MDI_CLOCK_ERROR_MS: String(props.clockErrorMs),
        MDI_AT_DEADLINE: props.atDeadline,
        MDI_LATE_WAIT_MS: String(props.lateWaitMs),
        MDI_HEDGE_SHARE: String(props.hedgeShare),
        MDI_CALLER_SHARE: String(props.callerShare),
        MDI_REQUEST_LOG_SHARE: String(props.requestLogShare),
        MDI_FEEDBACK: props.feedback,
        MDI_FEEDBACK_WEIGHT: String(props.feedbackWeight),
      },
      // One vCPU: bodies of megabytes go through in base64.
      memoryMb: 1769,
      timeout: requestTimeout,
    });
    for (const model of props.models) model.live.grantInvoke(this.function);
    props.table.grantRead(this.function);
    // A function that crashed cannot record its own failure; feedback comes here, too.
    props.table.grantUpdate(this.function);
    props.table.grantMark(this.function);
    this.live = new LiveAlias(this, 'Live', { ...props.live, version: this.version });
  }
}

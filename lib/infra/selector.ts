import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { CfnAlias } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { FeedbackChoice } from '../core/contract/feedback-choices.ts';
import type { AtDeadline } from '../core/contract/headers.ts';
import { selectorMemoryMb } from '../core/selection/sizes.ts';
import type { StrategyName } from '../core/selection/strategies.ts';
import type { Catalogue } from '../service/catalogue/schema.ts';
import { modelFunctionsFile } from '../service/model-functions.ts';
import { acknowledgeModelFunctions } from './acknowledgements.ts';
import { LiveAlias, type LiveOptions, liveName } from './live-alias.ts';
import type { ModelFunction } from './model-function.ts';
import type { ProfileTable } from './profile-table.ts';
import { type CommonFunctionProps, requestTimeout, ServiceFunction } from './service-function.ts';

/** How requests are answered: what the selector is told. */
export interface SelectorSettings {
  readonly strategy: StrategyName;
  readonly defaultSlaMs: number;
  readonly defaultNetworkMs: number;
  readonly clockToleranceMs: number;
  readonly maxInputMs: number;
  readonly clockErrorMs: number;
  readonly callerShare: number;
  readonly requestLogShare: number;
  readonly metricsShare: number;
  readonly feedback: FeedbackChoice;
  readonly feedbackWeight: number;
  readonly atDeadline: AtDeadline;
  readonly lateWaitMs: number;
  readonly hedgeShare: number;
  /** Whether SLAs are counted by version, too. */
  readonly versionMetrics: boolean;
}

/** Properties of a {@link Selector}. */
export interface SelectorProps extends CommonFunctionProps, SelectorSettings {
  /** Begins the names of the models' functions. */
  readonly deployment: string;
  readonly catalogue: Catalogue;
  readonly models: readonly ModelFunction[];
  readonly table: ProfileTable;
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
      addFiles: (directory) => {
        writeFileSync(join(directory, 'catalogue.json'), JSON.stringify(props.catalogue));
        const functions = props.models.map(({ model, liveFunction }) => [model.name, liveFunction]);
        const text = JSON.stringify(Object.fromEntries(functions));
        writeFileSync(join(directory, modelFunctionsFile), text);
      },
      environment: {
        ...props.environment,
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
        MDI_METRICS_SHARE: String(props.metricsShare),
        MDI_FEEDBACK: props.feedback,
        MDI_FEEDBACK_WEIGHT: String(props.feedbackWeight),
        MDI_VERSION_METRICS: props.versionMetrics ? 'on' : 'off',
      },
      memoryMb: selectorMemoryMb,
      reservedConcurrency: props.live.reservedConcurrency,
      timeout: requestTimeout,
    });
    this.#grantInvoke(props.deployment);
    props.table.grantRead(this.function);
    // A function that crashed cannot record its own failure; feedback comes here, too.
    props.table.grantUpdate(this.function);
    props.table.grantMark(this.function);
    this.live = new LiveAlias(this, 'Live', { ...props.live, version: this.version });
    // Requests reach a selector only when every function that it names can answer.
    const aliases = props.models.map(({ live }) => live.node.defaultChild as CfnAlias);
    this.live.node.addDependency(...aliases);
  }

  /** By their prefix: the version that still serves while a model is removed has to reach that one, too. */
  #grantInvoke(deployment: string): void {
    const functions = Stack.of(this).formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: `${deployment}-*:${liveName}`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    Grant.addToPrincipal({
      grantee: this.function,
      actions: ['lambda:InvokeFunction'],
      resourceArns: [functions],
    });
    acknowledgeModelFunctions(this, functions);
  }
}

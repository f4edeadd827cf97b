import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { FeedbackChoice } from '../../lib/core/contract/feedback-choices.ts';
import type { AtDeadline } from '../../lib/core/contract/headers.ts';
import { type DecodeLimits, decodeLimitsFor } from '../../lib/core/images/limits.ts';
import type { CropSize } from '../../lib/core/preprocessing/crop.ts';
import { viewOf } from '../../lib/core/preprocessing/view.ts';
import type { BudgetSettings } from '../../lib/core/selection/budget.ts';
import { HedgeTokens } from '../../lib/core/selection/hedge-tokens.ts';
import { OutputTimes } from '../../lib/core/selection/output-time.ts';
import { modelNameOf } from '../../lib/core/selection/sizes.ts';
import type { StrategyName } from '../../lib/core/selection/strategies.ts';
import type { Random } from '../../lib/core/statistics/random.ts';
import { CallerShares, callLimits, reportLimits } from '../../lib/service/callers/shares.ts';
import { readCatalogue } from '../../lib/service/catalogue/load.ts';
import type { Catalogue, CatalogueModel } from '../../lib/service/catalogue/schema.ts';
import { readEnvironment, selectorEnvironmentSchema } from '../../lib/service/environment.ts';
import { FieldAccuracies } from '../../lib/service/feedback/accuracy.ts';
import { FeedbackLedger } from '../../lib/service/feedback/ledger.ts';
import { RememberedSecret } from '../../lib/service/feedback/secret.ts';
import { ModelBreakers } from '../../lib/service/inference/breakers.ts';
import { createLambdaClient } from '../../lib/service/inference/invoke.ts';
import { ModelOccupancy } from '../../lib/service/inference/occupancy.ts';
import { Overheads } from '../../lib/service/inference/service-time.ts';
import { WarmUps } from '../../lib/service/inference/warm-up.ts';
import { modelFunctionsFile, readModelFunctions } from '../../lib/service/model-functions.ts';
import { OwnStart } from '../../lib/service/own-start.ts';
import { ProfileCache, type ProfileCacheEvent } from '../../lib/service/profiles/cache.ts';
import { createProfileClient } from '../../lib/service/profiles/client.ts';
import { partitionKey } from '../../lib/service/profiles/keys.ts';
import { ProfileStore, storeOptions } from '../../lib/service/profiles/store.ts';
import { Telemetry } from '../../lib/service/telemetry.ts';
import { VersionMetrics } from '../../lib/service/version-metrics.ts';
import { ShiftReports } from './shift-reports.ts';

/** A model that requests can be sent to, or one size of it. */
export interface ServedModel extends CatalogueModel {
  readonly functionName: string;
  /** Partition key of its profile. */
  readonly profileKey: string;
  /** That of the model's first size, where labels are counted; signs ids of requests. */
  readonly labelKey: string;
}

/** Everything that the selector's routes work with. */
export interface Service {
  readonly catalogue: Catalogue;
  /** What the models see of a picture; undefined when they see parts of different shapes. */
  readonly view: CropSize | undefined;
  /** What a picture may take to decode: any model may be asked, so it is for the one of the least memory. */
  readonly decodeLimits: DecodeLimits;
  readonly models: readonly ServedModel[];
  readonly strategy: StrategyName;
  readonly defaultSlaMs: number;
  readonly budget: BudgetSettings;
  /** How much earlier than measured an upload may have begun, in ms. */
  readonly clockErrorMs: number;
  /** T_output as clients have reported it recently. */
  readonly outputTimes: OutputTimes;
  /** Who has counted for how much of {@link outputTimes}. */
  readonly reportShares: Pick<CallerShares, 'take'>;
  /** Who has counted for how much of the models' profiles. */
  readonly callShares: Pick<CallerShares, 'take'>;
  readonly ownStart: Pick<OwnStart, 'before'>;
  readonly lambda: LambdaClient;
  /** What calls of the models have taken beside the models' own time. */
  readonly overheads: Overheads;
  readonly store: Pick<ProfileStore, 'record' | 'label'>;
  readonly ledger: Pick<FeedbackLedger, 'mark' | 'unmark'>;
  /** Signs request ids, by which feedback is recognized. */
  readonly secret: Pick<RememberedSecret, 'value' | 'within'>;
  readonly feedback: FeedbackChoice;
  readonly fieldAccuracies: Pick<FieldAccuracies, 'of'>;
  readonly profiles: Pick<ProfileCache, 'profiles' | 'reload'>;
  /** Which models are left out because they failed repeatedly. */
  readonly breakers: ModelBreakers;
  readonly random: Random;
  readonly atDeadline: AtDeadline;
  /** How long after its deadline a request waits for a late answer, in ms. */
  readonly lateWaitMs: number;
  readonly hedgeTokens: HedgeTokens;
  readonly occupancy: ModelOccupancy;
  readonly warmUps: WarmUps;
  readonly telemetry: Pick<Telemetry, 'logger' | 'answered' | 'failed' | 'requested' | 'count'>;
  /** Undefined when nobody looks at versions, as without a rollout. */
  readonly versionMetrics?: Pick<VersionMetrics, 'count'> | undefined;
  /** Updates of profiles that this environment has begun. */
  readonly open: Set<Promise<void>>;
}

/** By how much the clocks of API Gateway and of the selector's host may differ, in ms. */
const gatewayClockToleranceMs = 10;

/** Stands in for a model that has not been measured: slow, so that others are preferred. */
const unknownSpeed = { meanMs: 1_000, stdMs: 0 };

/**
 * Builds the service from the function's environment and the catalogue in its bundle.
 *
 * @throws Error naming the variable or the model that is wrong
 */
export function createService(): Service {
  const environment = readEnvironment(selectorEnvironmentSchema);
  const catalogue = readCatalogue(environment.LAMBDA_TASK_ROOT);
  const functions = readModelFunctions(environment.LAMBDA_TASK_ROOT);
  const models = catalogue.models.map((model) => {
    const functionName = functions[model.name];
    if (!functionName) throw new Error(`${modelFunctionsFile} has no function for "${model.name}"`);
    const keyOf = (name: string) =>
      partitionKey({
        deployment: environment.MDI_DEPLOYMENT,
        catalogue: catalogue.name,
        model: name,
        sha256: model.sha256,
      });
    const labelKey = keyOf(modelNameOf(model));
    return { ...model, functionName, profileKey: keyOf(model.name), labelKey };
  });
  const telemetry = new Telemetry(environment.MDI_DEPLOYMENT, {
    requestShare: environment.MDI_REQUEST_LOG_SHARE,
    metricsShare: environment.MDI_METRICS_SHARE,
    logLevel: environment.MDI_LOG_LEVEL,
  });
  const client = createProfileClient();
  const tableName = environment.MDI_TABLE_NAME;
  const { MDI_FEEDBACK: feedback, MDI_FEEDBACK_WEIGHT: weight } = environment;
  const fieldAccuracies = new FieldAccuracies({ feedback, weight });
  const readsLabels = feedback !== 'off';
  const store = new ProfileStore({ ...storeOptions(environment), client, readsLabels });
  const breakers = new ModelBreakers(
    models.map(({ name }) => name),
    { onChange: (model, state) => reportBreaker(telemetry, model, state) },
  );
  const ledger = new FeedbackLedger({ client, tableName, deployment: environment.MDI_DEPLOYMENT });
  const shifts = new ShiftReports(telemetry);
  return {
    catalogue,
    view: viewOf(catalogue.models, catalogue.input),
    decodeLimits: decodeLimitsFor(Math.min(...catalogue.models.map(({ memoryMb }) => memoryMb))),
    models,
    strategy: environment.MDI_STRATEGY,
    defaultSlaMs: environment.MDI_DEFAULT_SLA_MS,
    budget: {
      defaultNetworkMs: environment.MDI_DEFAULT_NETWORK_MS,
      clockToleranceMs: environment.MDI_CLOCK_TOLERANCE_MS,
      maxInputMs: environment.MDI_MAX_INPUT_MS,
    },
    clockErrorMs: environment.MDI_CLOCK_ERROR_MS,
    outputTimes: new OutputTimes(),
    reportShares: new CallerShares(reportLimits(environment.MDI_CALLER_SHARE)),
    callShares: new CallerShares(
      callLimits(environment.MDI_CALLER_SHARE, environment.MDI_WINDOW_MS),
    ),
    ownStart: new OwnStart(gatewayClockToleranceMs),
    overheads: new Overheads(),
    // When a function fails, another model answers instead (see answer.ts).
    lambda: createLambdaClient({ maxAttempts: 1 }),
    store,
    ledger,
    secret: new RememberedSecret(ledger, (error) =>
      telemetry.logger.warn('secret not read', { error: error as Error }),
    ),
    feedback,
    fieldAccuracies,
    profiles: new ProfileCache({
      store,
      models: models.map(({ name, profileKey, reference = unknownSpeed }) => ({
        name,
        pk: profileKey,
        reference,
      })),
      onEvent: (event) => report(telemetry, event),
      onRead: (name, { recent, labels }) => {
        breakers.seed(name, recent);
        const { accuracyPct = 0 } = models.find((model) => model.name === name) ?? {};
        shifts.saw(name, accuracyPct, fieldAccuracies.of(accuracyPct, labels));
      },
    }),
    breakers,
    random: Math.random,
    atDeadline: environment.MDI_AT_DEADLINE,
    lateWaitMs: environment.MDI_LATE_WAIT_MS,
    hedgeTokens: new HedgeTokens({ share: environment.MDI_HEDGE_SHARE }),
    occupancy: new ModelOccupancy(),
    warmUps: new WarmUps(),
    telemetry,
    versionMetrics:
      environment.MDI_VERSION_METRICS === 'on'
        ? new VersionMetrics(environment.MDI_DEPLOYMENT, environment.AWS_LAMBDA_FUNCTION_VERSION)
        : undefined,
    open: new Set(),
  };
}

/** Callers do not notice that the table cannot be read; logs and metrics do. */
function report(telemetry: Telemetry, event: ProfileCacheEvent): void {
  if (event.kind === 'refreshed') return;
  if (event.kind === 'first-read-late') {
    telemetry.logger.warn('profiles not read in time for the first request', { ...event });
    return;
  }
  const failures = event.failures.map(({ model, error }) => `${model}: ${error}`);
  telemetry.logger.warn('profiles not read', { durationMs: event.durationMs, failures });
  telemetry.count('ProfileReadFailed', failures.length);
}

function reportBreaker(telemetry: Telemetry, model: string, state: 'open' | 'closed'): void {
  if (state === 'closed') {
    telemetry.logger.warn('model works again', { model });
    return;
  }
  telemetry.logger.warn('model left out: it fails', { model });
  telemetry.count('BreakerOpened');
}

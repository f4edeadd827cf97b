import type { Duration } from 'aws-cdk-lib';
import type { Architecture } from 'aws-cdk-lib/aws-lambda';
import type { FeedbackChoice } from '../core/contract/feedback-choices.ts';
import type { AtDeadline } from '../core/contract/headers.ts';
import type { StrategyName } from '../core/selection/strategies.ts';
import type { AccountProps } from './account-props.ts';
import type { ApiAuth, ApiCors, Throttling } from './http-api.ts';
import type { ProvisionedConcurrency } from './live-alias.ts';
import type { ModelOverrides } from './model-overrides.ts';
import type { ProfilingOptions } from './profiling.ts';
import type { RolloutOptions } from './rollout.ts';

/** Properties of {@link MdInference}; none is required. */
export interface MdInferenceProps extends AccountProps {
  /**
   * The name of a catalogue that comes with the package, or the path of a folder with a
   * `catalogue.json`.
   *
   * @default 'shapes'
   */
  readonly catalogue?: string;
  /**
   * How a model is selected.
   *
   * @default 'three-stage', the paper's algorithm
   */
  readonly strategy?: StrategyName;
  /**
   * Who may call the API.
   *
   * @default 'iam': callers sign with SigV4 and need `execute-api:Invoke`, see `grantInvokeApi`
   */
  readonly auth?: ApiAuth;
  /**
   * Which web pages may call the API.
   *
   * @default - none: browsers keep answers from pages of other origins
   */
  readonly cors?: ApiCors;
  /**
   * Throttling limits.
   *
   * @default - 100 a second and 200 at once, for each route
   */
  readonly throttling?: Throttling;
  /**
   * T_sla in ms of requests that do not set one.
   *
   * @default 250
   */
  readonly defaultSlaMs?: number;
  /**
   * T_nw in ms of requests without a plausible upload timestamp.
   *
   * @default 100
   */
  readonly defaultNetworkMs?: number;
  /**
   * How far in the future, in ms, an upload may seem to have begun.
   *
   * @default 50
   */
  readonly clockToleranceMs?: number;
  /**
   * The longest upload in ms that is believed.
   *
   * @default 60000
   */
  readonly maxInputMs?: number;
  /**
   * How much earlier than its timestamp says an upload may have begun, in ms: the margin that
   * `expected-accuracy` keeps for clocks that disagree.
   *
   * @default 5
   */
  readonly clockErrorMs?: number;
  /**
   * What a request gets that has no answer at its deadline, unless its header `mdi-at-deadline` says so:
   * a late answer (`wait`), for callers that have nothing else, or 504 (`fail`). Clients with a model of
   * their own (`mdi-device-accuracy`) get 504 when the SLA is over.
   *
   * @default 'wait'
   */
  readonly atDeadline?: AtDeadline;
  /**
   * How long after its deadline a request waits for a late answer.
   *
   * @default Duration.seconds(10)
   */
  readonly lateWait?: Duration;
  /**
   * Invocations of a second model, made when the first is late, as a share of the requests (0 to 1):
   * hedging. 0 turns it off.
   *
   * @default 0.05
   */
  readonly hedgeShare?: number;
  /**
   * Share (0 to 1) of the calls that make a model's profile up to which one caller counts without limit:
   * nobody can make a model look slow to others. 1 is no limit, for callers that are trusted.
   *
   * @default 0.2
   */
  readonly callerShare?: number;
  /**
   * Share (0 to 1) of the requests of which the selector logs a line: SLA, T_input and T_output, the model that
   * answered and its service time, nothing of the picture or the caller. `mdi advise --traffic` reads them.
   *
   * @default 0.1, enough to know traffic by; `npm start` logs every request
   */
  readonly requestLogShare?: number;
  /**
   * Whose labelled answers (`POST /v1/feedback`) move the accuracies that models are selected by: those of
   * `callers` that sign or have a token, each counted for itself, so that no single one moves anything and
   * at least five are needed; `anybody`'s, as many as they send, for an API whose callers are all your own,
   * such as one backend with one role; or nobody's (`off`).
   *
   * Callers that the gateway does not know are one caller, all together. With `auth: 'none'`, `anybody` means
   * that strangers can have your best model left out.
   *
   * @default 'callers', with `auth: 'none'` 'off'
   */
  readonly feedback?: FeedbackChoice;
  /**
   * Labelled answers that the catalogue's accuracy is worth: the more, the more labels it takes to move it.
   *
   * @default 200
   */
  readonly feedbackWeight?: number;
  /**
   * Length of the windows in which live calls are counted. A change of a model's speed is known after
   * two of them at the latest; each counts for twelve more.
   *
   * @default Duration.minutes(5)
   */
  readonly windowLength?: Duration;
  /**
   * Table items over which the calls of one model in one window are spread. One item takes about
   * 1,000 writes a second.
   *
   * @default 1
   */
  readonly shards?: number;
  /**
   * Whether AWS X-Ray traces requests from the selector through the model that answers: one a second,
   * and 5 % of the others.
   *
   * @default false: at ten million requests a month they would be a fifth of the bill
   */
  readonly tracing?: boolean;
  /**
   * Share of the requests, in percent, that must be answered within their own SLA: the alarm `SlaMissed`
   * rings when it is lower for 15 minutes.
   *
   * @default 90
   */
  readonly slaTargetPct?: number;
  /**
   * Processor of every function; `models` can give one model another.
   *
   * @default Architecture.X86_64
   */
  readonly architecture?: Architecture;
  /**
   * Overrides of the catalogue and of this service for single models, by the model's name.
   *
   * @default - nothing
   */
  readonly models?: Readonly<Record<string, ModelOverrides>>;
  /**
   * The file that `npx mdi tune` has written: the memory of models whose `memoryMb` is `'tuned'`.
   *
   * @default 'mdi-tuned.json' in the folder from which the app is synthesized
   */
  readonly tunedFile?: string;
  /**
   * Environments of the selector that are kept ready, so that no request waits for a cold start; those
   * of a model are set in `models`.
   *
   * @default - none
   */
  readonly provisionedConcurrency?: ProvisionedConcurrency;
  /**
   * The pause between two warm-ups of the selector and of every model that have no provisioned
   * concurrency: they keep one environment of each alive, for cents a month. Lambda guarantees
   * nothing: five minutes work in practice.
   *
   * @default - no warm-ups
   */
  readonly keepWarm?: Duration;
  /**
   * Whether new versions of the selector and of the models take over step by step, and what rolls
   * them back.
   *
   * @default - at once, when the new versions have been measured
   */
  readonly rollout?: RolloutOptions;
  /**
   * How models are measured while they are deployed.
   *
   * @default - two at a time, until the mean of each is known to 2 %, for a minute at most
   */
  readonly profiling?: ProfilingOptions;
}

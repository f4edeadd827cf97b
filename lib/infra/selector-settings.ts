import { Annotations, Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { FeedbackChoice } from '../core/contract/feedback-choices.ts';
import type { MdInferenceProps } from './props.ts';
import type { SelectorSettings } from './selector.ts';

/** The settings that a service's properties stand for, with their defaults. */
export function selectorSettings(scope: Construct, props: MdInferenceProps): SelectorSettings {
  return {
    strategy: props.strategy ?? 'three-stage',
    defaultSlaMs: props.defaultSlaMs ?? 250,
    defaultNetworkMs: props.defaultNetworkMs ?? 100,
    clockToleranceMs: props.clockToleranceMs ?? 50,
    maxInputMs: props.maxInputMs ?? 60_000,
    clockErrorMs: props.clockErrorMs ?? 5,
    feedback: feedbackOf(scope, props),
    feedbackWeight: props.feedbackWeight ?? 200,
    atDeadline: props.atDeadline ?? 'wait',
    lateWaitMs: (props.lateWait ?? Duration.seconds(10)).toMilliseconds(),
    hedgeShare: props.hedgeShare ?? 0.05,
    callerShare: props.callerShare ?? 0.2,
    requestLogShare: props.requestLogShare ?? 0.1,
    metricsShare: props.metricsShare ?? 1,
    versionMetrics: props.rollout !== undefined,
  };
}

/** Where the gateway does not know who calls, nobody's labels can be bounded: then they are taken only when asked for. */
function feedbackOf(
  scope: Construct,
  { auth, feedback }: Pick<MdInferenceProps, 'auth' | 'feedback'>,
): FeedbackChoice {
  if (auth !== 'none') return feedback ?? 'callers';
  if (feedback === 'anybody') {
    Annotations.of(scope).addWarningV2(
      'mdinference:open-feedback',
      "feedback is 'anybody' and auth is 'none': strangers can have the best model left out",
    );
  }
  return feedback ?? 'off';
}

import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { FeedbackChoice } from '../core/contract/feedback-choices.ts';
import type { MdInferenceProps } from './props.ts';

/** Where the gateway does not know who calls, nobody's labels can be bounded: then they are taken only when asked for. */
export function feedbackOf(
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

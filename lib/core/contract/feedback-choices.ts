/**
 * Whose labels count: nobody's; those of callers that the gateway knows, each for a bounded share; or
 * anybody's, as many as they like.
 */
export const feedbackChoices = ['off', 'callers', 'anybody'] as const;

/** One of {@link feedbackChoices}. */
export type FeedbackChoice = (typeof feedbackChoices)[number];

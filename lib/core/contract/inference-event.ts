import { z } from 'zod';
import { viewSchema } from './uploads.ts';

/** What the selector and the profiler send to a model's function. */
export const inferenceEventSchema = z.object({
  requestId: z.string(),
  contentType: z.string(),
  /** The image or the raw tensor, in base64. */
  body: z.string(),
  /**
   * The image is this view already: an image of another size is refused.
   *
   * @default - it is a picture of any size
   */
  view: viewSchema.optional(),
  /**
   * Whether the answer is to hold the scores of all labels.
   *
   * @default - the best five
   */
  wantsScores: z.boolean().optional(),
  /** Unix ms, with a fraction, on the caller's clock, at which it invoked the function: the service time starts here. */
  invokedEpochMs: z.number(),
  /**
   * Unix ms after which nobody waits for the answer any more.
   *
   * @default - somebody waits until the function's time-out
   */
  answerByEpochMs: z.number().optional(),
  /**
   * How long a call may take beside decoding, in ms, before it says that the model is broken and nothing of its
   * speed: it counts as a failure.
   *
   * @default - as long as it likes
   */
  brokenAfterMs: z.number().positive().optional(),
  /**
   * How much longer than the function itself its caller has lately measured, in ms: of warm calls, and
   * of cold ones beside the start of the process.
   */
  overheadMs: z
    .object({ warm: z.number().nonnegative(), cold: z.number().nonnegative() })
    .partial()
    .optional(),
  /** Whether the call counts in the model's live profile; the profiler keeps its own statistics. */
  record: z.boolean(),
});

/** What the selector and the profiler send to a model's function. */
export type InferenceEvent = z.infer<typeof inferenceEventSchema>;

/** What a function says of its own time in every answer, by its own clock alone. */
const ownTime = {
  /** From the start of its process to the start of its handler, in ms, if the caller has waited for that. */
  startMs: z.number().nonnegative().optional(),
  /** From the start of its handler to the answer, in ms. */
  tookMs: z.number().nonnegative().optional(),
};

/** A fault is told in so many characters at most. */
const maxDetailLength = 1_000;

/** What a caller gets of a model: nothing that it could not work with. */
const predictionsSchema = z
  .array(z.object({ index: z.int().min(0), label: z.string(), score: z.number().min(0).max(1) }))
  .min(1)
  .refine(
    (predictions) => new Set(predictions.map(({ index }) => index)).size === predictions.length,
    {
      error: 'a label is there twice',
    },
  )
  .refine(
    (predictions) => predictions.every(({ score }, i) => score <= (predictions[i - 1]?.score ?? 1)),
    { error: 'must be best first' },
  );

/** The longest answer in bytes: many times what five predictions with long labels take, and all scores in base64. */
export function maxAnswerBytes({ wantsScores }: ExpectedAnswer, labels: readonly string[]): number {
  return 65_536 + (wantsScores ? scoresLength(labels) : 0);
}

/** What an answer has to be like. */
type ExpectedAnswer = Pick<InferenceEvent, 'wantsScores'>;

/** Characters of the base64 of a float32 for each label. */
function scoresLength(labels: readonly string[]): number {
  return 4 * Math.ceil((4 * labels.length) / 3);
}

/**
 * What a model's function answers: one line of JSON, so that a reader knows when it is complete.
 */
export const inferenceAnswerSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('ok'),
    predictions: predictionsSchema,
    /** The scores of all labels in their order, as little-endian float32 in base64. */
    scores: z.string().optional(),
    /** What the picture has cost, in ms: 0 for a raw tensor. No part of the model's profile. */
    decodeMs: z.number().nonnegative(),
    runMs: z.number().nonnegative(),
    coldStart: z.boolean(),
    ...ownTime,
  }),
  z.object({
    status: z.enum([
      'undecodable-image',
      'not-the-view',
      'wrong-tensor-length',
      'wrong-tensor-values',
      'non-finite-output',
      'deadline-passed',
    ]),
    detail: z.string().transform((text) => text.slice(0, maxDetailLength)),
    coldStart: z.boolean(),
    ...ownTime,
  }),
]);

/** What a model's function answers. */
export type InferenceAnswer = z.infer<typeof inferenceAnswerSchema>;

/** What is wrong with an answer for a catalogue of these labels; undefined when nothing is. */
export function faultOfAnswer(
  answer: InferenceAnswer,
  { wantsScores }: ExpectedAnswer,
  labels: readonly string[],
): string | undefined {
  if (answer.status !== 'ok') return undefined;
  if (wantsScores && answer.scores?.length !== scoresLength(labels)) {
    return `it has not the scores of ${labels.length} labels`;
  }
  const wrong = answer.predictions.find(({ index, label }) => labels[index] !== label);
  return wrong && `the catalogue has no label ${wrong.index}, "${wrong.label}"`;
}

/** Writes an answer as the one line of a response stream. */
export function toLine(answer: InferenceAnswer): string {
  return `${JSON.stringify(answer)}\n`;
}

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
  /** Unix ms, with a fraction, on the caller's clock, at which it invoked the function: the service time starts here. */
  invokedEpochMs: z.number(),
  /**
   * Unix ms after which nobody waits for the answer any more.
   *
   * @default - somebody waits until the function's time-out
   */
  answerByEpochMs: z.number().optional(),
  /**
   * How long a call may take, in ms, before it says that the model is broken and nothing of its speed: it
   * counts as a failure.
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

/**
 * What a model's function answers: one line of JSON, so that a reader knows when it is complete.
 */
export const inferenceAnswerSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('ok'),
    predictions: z.array(z.object({ index: z.int(), label: z.string(), score: z.number() })),
    decodeMs: z.number(),
    runMs: z.number(),
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
    detail: z.string(),
    coldStart: z.boolean(),
    ...ownTime,
  }),
]);

/** What a model's function answers. */
export type InferenceAnswer = z.infer<typeof inferenceAnswerSchema>;

/** Writes an answer as the one line of a response stream. */
export function toLine(answer: InferenceAnswer): string {
  return `${JSON.stringify(answer)}\n`;
}

import { z } from 'zod';

/**
 * The progress that the deploy-time profiler logs: for CloudWatch, and for the progress bar of `mdi
 * start`.
 */
export const profilerLogSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('profile-kept'), model: z.string() }),
  z.object({
    event: z.literal('profile-progress'),
    model: z.string(),
    /** 0 to 1. */
    share: z.number(),
  }),
  z.object({
    event: z.literal('profile-done'),
    model: z.string(),
    runs: z.int(),
    meanMs: z.number(),
    /** Half width of the mean's 95 % interval, as a share of the mean; none below two runs. */
    precision: z.number().nullable(),
    /** Attempts that were throttled, or came to nothing for another reason that is not the model's. */
    discarded: z.int().optional(),
  }),
]);

/** An entry of the profiler's log. */
export type ProfilerLog = z.infer<typeof profilerLogSchema>;

/**
 * Reads a line that a function has logged: the entry itself, or Lambda's JSON log format around it.
 *
 * @returns undefined when the line is something else
 */
export function parseProfilerLog(line: string): ProfilerLog | undefined {
  if (!line.includes('"profile-')) return undefined;
  try {
    const value = JSON.parse(line) as { message?: unknown };
    return profilerLogSchema.safeParse(value.message ?? value).data;
  } catch {
    return undefined;
  }
}

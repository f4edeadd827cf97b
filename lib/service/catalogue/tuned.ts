import { z } from 'zod';
import { parseFile, readJson } from './load.ts';

/** Where `mdi tune` leaves its result, and where a deployment looks for it. */
export const defaultTunedFile = 'mdi-tuned.json';

/** The memory that `mdi tune` has found for the models of a catalogue. */
export const tunedSchema = z.strictObject({
  /** Name of the catalogue. */
  catalogue: z.string(),
  /** What the times were taken from. */
  source: z.string(),
  /** Within which the cheapest memory was looked for, in ms. */
  latencyMs: z.number().positive(),
  models: z.record(
    z.string(),
    z.strictObject({
      memoryMb: z.int().min(128).max(10_240),
      /** Of the file that was measured: another one has other times. */
      sha256: z.string(),
    }),
  ),
});

/** The result of `mdi tune`. */
export type Tuned = z.infer<typeof tunedSchema>;

/**
 * Reads the result of `mdi tune`.
 *
 * @throws {@link CatalogueError} naming the file and what is wrong with it
 */
export function readTuned(path: string): Tuned {
  return parseFile(tunedSchema, readJson(path, 'the result of npx mdi tune'), path);
}

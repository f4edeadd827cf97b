import { z } from 'zod';
import { firstIssue } from '../../../core/contract/first-issue.ts';
import { MdInferenceError } from '../../../core/errors.ts';
import type { UploadRung } from '../../../core/upload/rung.ts';
import { uploadsSchema } from '../../../service/catalogue/schema.ts';
import { readTextFile } from '../../../service/catalogue/text.ts';

/** A file of rungs cannot be used; the message names the file and the field. */
export class RungsError extends MdInferenceError {
  override readonly name = 'RungsError';
}

/** The ways to send a picture that are simulated. */
export interface Ladder {
  readonly source: string;
  readonly rungs: readonly SimulatedRung[];
}

/** A way to send a picture, with what it loses for all models alike or for each. */
export interface SimulatedRung extends Pick<UploadRung, 'name' | 'meanBytes' | 'stdBytes'> {
  readonly accuracyLossPct: number | Readonly<Record<string, number>>;
}

/** Standard deviation of the sizes of one rung over their mean, where a file does not say it. */
const usualVariation = 0.45;

const percent = z.number().min(-100).max(100);
const ladderSchema = z.object({
  source: z.string().default(''),
  rungs: z
    .array(
      z.object({
        name: z.string().min(1),
        meanBytes: z.number().positive(),
        stdBytes: z.number().min(0).optional(),
        accuracyLossPct: z.union([percent, z.record(z.string(), percent)]),
      }),
    )
    .min(1),
});
const catalogueSchema = z.object({ uploads: uploadsSchema });

/**
 * Reads the rungs of a JSON file: `{source, rungs: [{name, meanBytes, stdBytes?, accuracyLossPct}]}`, or a
 * catalogue whose uploads have been measured.
 *
 * @throws {@link RungsError} when it cannot be read or is neither
 */
export function readLadder(path: string): Ladder {
  const content = readJson(path);
  const catalogue = catalogueSchema.safeParse(content);
  if (catalogue.success) return catalogue.data.uploads;
  const { data, error } = ladderSchema.safeParse(content);
  if (!data) {
    throw new RungsError(`${path}: ${firstIssue(error, { field: 'field', whole: 'the file' })}`);
  }
  const rungs = data.rungs.map((rung) => ({
    ...rung,
    stdBytes: rung.stdBytes ?? usualVariation * rung.meanBytes,
  }));
  return { source: data.source, rungs };
}

/** Of the rungs that are the view, by their names, the one that loses least; of those, the smallest. */
export function viewOf({ rungs }: Ladder): SimulatedRung | undefined {
  return rungs
    .filter(({ name }) => name.startsWith('view'))
    .toSorted((a, b) => meanLossPct(a) - meanLossPct(b) || a.meanBytes - b.meanBytes)[0];
}

/** What a rung loses, over the models. */
export function meanLossPct({ accuracyLossPct }: SimulatedRung): number {
  if (typeof accuracyLossPct === 'number') return accuracyLossPct;
  const losses = Object.values(accuracyLossPct);
  return losses.reduce((sum, loss) => sum + loss, 0) / Math.max(1, losses.length);
}

/** What a rung loses for each of some models. */
export function lossesOf(
  { accuracyLossPct }: SimulatedRung,
  models: readonly { readonly name: string }[],
): Readonly<Record<string, number>> {
  if (typeof accuracyLossPct !== 'number') return accuracyLossPct;
  return Object.fromEntries(models.map(({ name }) => [name, accuracyLossPct]));
}

/**
 * Checks that a ladder was measured with some models.
 *
 * @param name - of the ladder, for the message
 * @throws {@link RungsError} when a rung does not say what it costs one of them
 */
export function checkMeasured(
  { rungs }: Ladder,
  models: readonly { readonly name: string }[],
  name: string,
): void {
  for (const { name: rung, accuracyLossPct: lossPct } of rungs) {
    const unknown = typeof lossPct === 'number' ? [] : models.filter((it) => !(it.name in lossPct));
    if (unknown[0]) {
      throw new RungsError(`${name}: "${rung}" does not say what "${unknown[0].name}" loses by it`);
    }
  }
}

/**
 * How many bytes a picture has on a rung.
 *
 * @param size - of the picture, in standard deviations of the logarithm of a picture's size
 */
export function bytesOn(rung: SimulatedRung | undefined, size: number): number {
  const { meanBytes, stdBytes } = rung ?? { meanBytes: 0, stdBytes: 0 };
  const variance = Math.log(1 + (stdBytes / meanBytes) ** 2);
  return meanBytes * Math.exp(Math.sqrt(variance) * size - variance / 2);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readTextFile(path));
  } catch (error) {
    throw new RungsError(`${path}: ${(error as Error).message}`);
  }
}

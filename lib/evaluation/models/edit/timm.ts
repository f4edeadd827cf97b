import { z } from 'zod';
import { CatalogueError, parseFile } from '../../../service/catalogue/load.ts';
import type { DescribedPreprocessing } from './hugging-face.ts';

const side = z.int().min(1);
const timmSchema = z.looseObject({
  input_size: z.tuple([z.literal(3), side, side]),
  interpolation: z.string().nullish(),
  crop_pct: z.number().positive().max(1),
  crop_mode: z.string().nullish(),
  mean: z.array(z.number()).length(3),
  std: z.array(z.number()).length(3),
});

/**
 * Reads the `pretrained_cfg` of a model of timm's.
 *
 * @param path - for messages
 * @throws {@link CatalogueError} when it does something that the service cannot do
 */
export function readTimmConfig(value: unknown, path: string): DescribedPreprocessing {
  const config = parseFile(timmSchema, value, `${path}, pretrained_cfg`);
  const [, height, width] = config.input_size;
  const mode = config.crop_mode ?? 'center';
  if (height !== width || mode === 'border') {
    const what = height === width ? `crop_mode "${mode}"` : `input_size ${height} x ${width}`;
    throw new CatalogueError(
      `${path}: ${what} cannot be done: say what the model needs with --preprocessing FILE`,
    );
  }
  const { interpolation } = config;
  return {
    fields: {
      resizeShorterSide: Math.floor(height / config.crop_pct),
      centerCrop: height,
      ...{ scale: 1 / 255, mean: config.mean, std: config.std },
    },
    differences: [
      ...(mode === 'squash'
        ? ['pictures are squashed there, while here they keep their proportions']
        : []),
      ...(interpolation && interpolation !== 'lanczos'
        ? [`pictures are scaled with ${interpolation} filters there, with Lanczos' here`]
        : []),
    ],
  };
}

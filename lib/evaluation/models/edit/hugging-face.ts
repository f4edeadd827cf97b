import { z } from 'zod';
import type { PreprocessingJson } from '../../../core/preprocessing/preprocessing.ts';
import { CatalogueError, parseFile } from '../../../service/catalogue/load.ts';

/** Preprocessing as a model's files describe it. */
export interface DescribedPreprocessing {
  readonly fields: PreprocessingJson;
  /** In what the service does something else, in words. */
  readonly differences: readonly string[];
}

const side = z.int().min(1);
const sizeSchema = z.union([
  side,
  z.strictObject({ height: side, width: side }),
  z.strictObject({ shortest_edge: side }),
]);
const perChannel = z.union([z.number(), z.array(z.number()).length(3)]);

const processorSchema = z.looseObject({
  image_processor_type: z.string().nullish(),
  feature_extractor_type: z.string().nullish(),
  do_resize: z.boolean().nullish(),
  size: sizeSchema.nullish(),
  crop_pct: z.number().positive().max(1).nullish(),
  resample: z.int().nullish(),
  do_center_crop: z.boolean().nullish(),
  crop_size: sizeSchema.nullish(),
  do_rescale: z.boolean().nullish(),
  rescale_factor: z.number().positive().nullish(),
  rescale_offset: z.boolean().nullish(),
  do_normalize: z.boolean().nullish(),
  image_mean: perChannel.nullish(),
  image_std: perChannel.nullish(),
  include_top: z.boolean().nullish(),
  do_flip_channel_order: z.boolean().nullish(),
});

type Processor = z.infer<typeof processorSchema>;

/** What a class of image processors does that its file need not say. */
interface ProcessorClass {
  /** What `"size": 224` means: the shorter side, or both. */
  readonly size: 'shorter' | 'both';
  /** Whether it crops; undefined where that differs between versions. */
  readonly crops?: boolean;
}

/** Those for image classification, by the beginning of their names (transformers 4 and 5). */
const classes: Readonly<Record<string, ProcessorClass>> = {
  Beit: { size: 'both' },
  Bit: { size: 'shorter', crops: true },
  CLIP: { size: 'shorter', crops: true },
  ConvNext: { size: 'shorter', crops: false },
  DeiT: { size: 'both', crops: true },
  DINOv3ViT: { size: 'both', crops: false },
  EfficientNet: { size: 'both', crops: false },
  Levit: { size: 'shorter', crops: true },
  MobileNetV1: { size: 'shorter', crops: true },
  MobileNetV2: { size: 'shorter', crops: true },
  MobileViT: { size: 'shorter', crops: true },
  PoolFormer: { size: 'shorter', crops: true },
  Pvt: { size: 'both', crops: false },
  Segformer: { size: 'both', crops: false },
  Siglip: { size: 'both', crops: false },
  ViT: { size: 'both', crops: false },
};

/** What is left after the crop, where a file does not say it. */
const cropPctOf: Readonly<Record<string, number>> = { ConvNext: 224 / 256, PoolFormer: 0.9 };

/** Steps that change nothing here: pictures are RGB, and labels are not images. */
const idleSteps = ['do_convert_rgb', 'do_reduce_labels'];
const knownSteps = [
  ...['do_resize', 'do_center_crop', 'do_rescale', 'do_normalize', 'do_flip_channel_order'],
  ...idleSteps,
];

/** `PIL.Image.Resampling`; the service scales with Lanczos'. */
const filters = ['nearest', 'Lanczos', 'bilinear', 'bicubic', 'box', 'Hamming'];
const lanczos = 1;

/**
 * Reads the `preprocessor_config.json` of Hugging Face's transformers.
 *
 * @param path - for messages
 * @throws {@link CatalogueError} when it does something that the service cannot do, or leaves out what differs from
 *   model to model
 */
export function readProcessor(value: unknown, path: string): DescribedPreprocessing {
  const processor = parseFile(processorSchema, value, path);
  const refuse = (what: string): never => {
    throw new CatalogueError(
      `${path}: ${what}: say what the model needs with --preprocessing FILE`,
    );
  };
  const type = processor.image_processor_type ?? processor.feature_extractor_type;
  const name = type?.replace(/(FeatureExtractor|ImageProcessor)(Fast|Pil)?$/, '') ?? '';
  const known = classes[name];
  if (type && !known) refuse(`image processor "${type}" is not known`);
  for (const [step, isDone] of Object.entries(processor)) {
    if (!step.startsWith('do_') || isDone !== true || knownSteps.includes(step)) continue;
    refuse(`"${step}" cannot be done`);
  }
  const differences: string[] = [];
  const view = viewOf(processor, name, known, { refuse, differences });
  const { resample } = processor;
  if (resample !== lanczos && typeof resample === 'number') {
    const filter = filters[resample] ?? resample;
    differences.push(`pictures are scaled with ${filter} filters there, with Lanczos' here`);
  }
  return {
    fields: {
      ...view,
      ...(processor.do_flip_channel_order && { color: 'BGR' as const }),
      ...valuesOf(processor, name, refuse),
    },
    differences,
  };
}

interface Remarks {
  readonly refuse: (what: string) => never;
  readonly differences: string[];
}

/** Which pixels the model sees. */
function viewOf(
  processor: Processor,
  name: string,
  known: ProcessorClass | undefined,
  { refuse, differences }: Remarks,
): PreprocessingJson {
  const cropPct = processor.crop_pct === undefined ? cropPctOf[name] : processor.crop_pct;
  if (processor.do_resize === false)
    return refuse('"do_resize" is false: pictures of any size cannot be used');
  const size = sizeOf(processor.size, known) ?? refuse('"size" is missing');
  if (name === 'ConvNext') return convNextView(size, cropPct ?? 1, { refuse, differences });

  const crops = processor.do_center_crop ?? known?.crops ?? refuse('"do_center_crop" is missing');
  const crop = crops
    ? (sizeOf(processor.crop_size, { size: 'both' }) ?? refuse('"crop_size" is missing'))
    : size;
  // PoolFormer and LeViT scale to more than they say, in proportion to what is cut off.
  const share = name === 'Levit' ? 224 / 256 : (cropPct ?? 1);
  const isSquashed = size.isBoth && cropPct == null;
  const scaled = Math.trunc(Math.min(size.height, size.width) / share);
  if (isSquashed) {
    differences.push(
      `pictures are squashed to ${size.width} x ${size.height} there, while here ${crops ? 'they keep their proportions' : 'the shorter side is scaled, and the centre cut out'}`,
    );
  } else if (!crops) {
    differences.push('pictures are not cut there, while here a square is cut out of their centre');
  }
  if (crops && scaled < Math.max(crop.height, crop.width)) {
    return refuse('pictures are scaled to less than "crop_size", and framed in black');
  }
  if (crop.height !== crop.width) {
    return crops ? refuse('"crop_size" is not a square') : {};
  }
  return { resizeShorterSide: scaled, centerCrop: crop.height };
}

/** ConvNeXt's processor cuts below 384 pixels, and squashes from there on. */
function convNextView(
  size: FullSize,
  cropPct: number,
  { refuse, differences }: Remarks,
): PreprocessingJson {
  if (size.isBoth) return refuse('"size" is not that of the shorter side');
  const { height: side } = size;
  if (side < 384) return { resizeShorterSide: Math.trunc(side / cropPct), centerCrop: side };
  differences.push(
    `pictures are squashed to ${side} x ${side} there, while here the shorter side is scaled, and the centre cut out`,
  );
  return { resizeShorterSide: side, centerCrop: side };
}

interface FullSize {
  readonly height: number;
  readonly width: number;
  /** Whether both sides are scaled to this; else the shorter one is. */
  readonly isBoth: boolean;
}

function sizeOf(size: Processor['size'], known: ProcessorClass | undefined): FullSize | undefined {
  if (size == null) return undefined;
  if (typeof size === 'number') {
    return known && { height: size, width: size, isBoth: known.size === 'both' };
  }
  if ('height' in size) return { ...size, isBoth: true };
  return { height: size.shortest_edge, width: size.shortest_edge, isBoth: false };
}

/** What becomes of the pixels' values: value = (pixel * scale - mean) / std. */
function valuesOf(
  processor: Processor,
  name: string,
  refuse: Remarks['refuse'],
): PreprocessingJson {
  const { do_rescale: rescales, rescale_factor: factor, rescale_offset: isOffset } = processor;
  const scale = rescales === false ? 1 : (factor ?? 1 / 255);
  if (isOffset && Math.abs(scale * 127.5 - 1) > 1e-6) {
    return refuse('"rescale_offset" is only clear with a "rescale_factor" of 1/127.5');
  }
  const normalizes = processor.do_normalize ?? (name === 'MobileViT' ? false : undefined);
  const mean = normalizes === false ? [0, 0, 0] : threeOf(processor.image_mean);
  const std = normalizes === false ? [1, 1, 1] : threeOf(processor.image_std);
  if (!mean || !std) return refuse('"image_mean" or "image_std" is missing');
  // EfficientNet's processor divides by the deviation once more for classification.
  const again = name === 'EfficientNet' && processor.include_top !== false;
  const twice = again ? threeOf(processor.image_std) : [1, 1, 1];
  if (!twice) return refuse('"image_std" is missing');
  return {
    scale,
    mean: isOffset ? mean.map((value) => value + 1) : mean,
    std: std.map((value, i) => value * (twice[i] ?? 1)),
  };
}

function threeOf(value: Processor['image_mean']): number[] | undefined {
  if (typeof value === 'number') return [value, value, value];
  return value ?? undefined;
}

import { z } from 'zod';
import type {
  Preprocessing,
  PreprocessingJson,
  RawInput,
} from '../../core/preprocessing/preprocessing.ts';
import type { Reliability } from '../../core/statistics/reliability.ts';
import { rungNamePattern, type UploadRung } from '../../core/upload/rung.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits');
const percent = z.number().min(0).max(100);
const threeNumbers = z.array(z.number()).length(3).readonly();

/**
 * How RGB pixels of 0 to 255 become a model's input: value = (pixel * scale - mean) / std, in the
 * order of `color`. Every field has a default that changes nothing.
 */
export const preprocessingSchema = z.strictObject({
  /** The image's shorter side is scaled to this many pixels; by default to the shorter side of the crop. */
  resizeShorterSide: z.int().min(1).max(8192).optional(),
  /** Side of the square cut from the centre, in pixels; by default the model's input size. */
  centerCrop: z.int().min(1).max(8192).optional(),
  color: z.enum(['RGB', 'BGR']).default('RGB'),
  layout: z.enum(['NCHW', 'NHWC']).default('NHWC'),
  dtype: z.enum(['float32', 'float16', 'float64', 'uint8', 'int8']).default('uint8'),
  scale: z.number().default(1),
  mean: threeNumbers.default([0, 0, 0]),
  std: threeNumbers
    .refine((values) => values.every((value) => value !== 0), 'must not hold 0')
    .default([1, 1, 1]),
}) satisfies z.ZodType<Preprocessing, PreprocessingJson>;

/** The tensor that a catalogue accepts raw (`application/octet-stream`), and by default its models' input. */
export const inputSchema = z
  .strictObject({
    dtype: z.enum(['uint8', 'float32']),
    /** Batch of one: [1, height, width, 3] or [1, 3, height, width]. */
    shape: z.tuple([z.literal(1), z.int().min(1), z.int().min(1), z.int().min(1)]),
    layout: z.enum(['NHWC', 'NCHW']),
  })
  .refine(({ shape, layout }) => shape[layout === 'NHWC' ? 3 : 1] === 3, {
    path: ['shape'],
    message: 'must have 3 channels where its layout says',
  }) satisfies z.ZodType<RawInput>;

/** A catalogue's raw input tensor. */
export type CatalogueInput = z.infer<typeof inputSchema>;

/** How often a model is right, by the score of its best label. */
export const reliabilitySchema = z
  .strictObject({
    bins: z
      .array(
        z
          .strictObject({
            from: z.number().min(0).max(1),
            count: z.int().min(0),
            right: z.int().min(0),
          })
          .refine(({ count, right }) => right <= count, {
            path: ['right'],
            message: 'must not be more than count',
          })
          .readonly(),
      )
      .min(1)
      .readonly(),
  })
  .refine(({ bins }) => bins.every(({ from }, i) => i === 0 || from > (bins[i - 1]?.from ?? 0)), {
    path: ['bins'],
    message: 'must ascend by from',
  }) satisfies z.ZodType<Reliability>;

/** One way to send a picture, as `mdi models evaluate --uploads` has measured it. */
export const uploadRungSchema = z.strictObject({
  name: z.string().regex(rungNamePattern, 'must be 1 to 40 lower-case letters, digits, . -'),
  encoding: z
    .strictObject({
      type: z.enum(['image/jpeg', 'image/webp']),
      quality: z.int().min(1).max(100),
      chroma: z.enum(['4:2:0', '4:4:4']).optional(),
      maxSide: z.int().min(1).max(8192).optional(),
    })
    .readonly()
    .optional(),
  meanBytes: z.number().positive(),
  stdBytes: z.number().min(0),
  accuracyLossPct: z.record(z.string(), z.number().min(-100).max(100)).readonly(),
}) satisfies z.ZodType<UploadRung>;

/** What the pictures of a catalogue can be sent as, measured on the same labelled pictures. */
export const uploadsSchema = z.strictObject({
  /** Where the numbers come from. */
  source: z.string(),
  rungs: z.array(uploadRungSchema.readonly()).min(1).readonly(),
});

/** The most characters of a model's name. */
export const longestModelName = 40;
const modelNameRule = `must be 1 to ${longestModelName} of A-Z a-z 0-9 _ . -`;

const modelFields = {
  name: z
    .string()
    .max(longestModelName, modelNameRule)
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, modelNameRule),
  version: z.string().min(1).max(40),
  /** The .onnx file, relative to the catalogue's folder; by default `<name>.onnx`. */
  file: z
    .string()
    .regex(/^(?!\/)(?!.*\.\.)[\w./-]+\.onnx$/, 'must be a relative path to an .onnx file')
    .optional(),
  /** Where the file can be fetched from, in order of preference. */
  urls: z
    .array(z.url({ protocol: /^https?$/ }))
    .min(1)
    .optional(),
  sha256,
  bytes: z.int().positive(),
  /** Top-1 accuracy A(m) in percent; a model without one is listed, but not served. */
  accuracyPct: percent.optional(),
  accuracySource: z.string(),
  /** Measured together with the accuracy; tells a device which of its answers need no second one. */
  reliability: reliabilitySchema.optional(),
  /** In each bin of the reliability of `onDevice`: how many of the same images this model got right. */
  rightAlongsideDevice: z.array(z.int().min(0)).readonly().optional(),
  licence: z.string(),
  preprocessing: preprocessingSchema.optional(),
  /** What the model outputs; detected when it is loaded, unless it is given here. */
  output: z.enum(['logits', 'probabilities', 'sigmoid']).optional(),
  /** Which of the model's outputs holds the scores; by default the first. */
  outputName: z.string().min(1).optional(),
  /** The model has one score more than there are labels, of a class that is none of them. */
  backgroundClass: z.enum(['first', 'last']).optional(),
  /** What is uncertain about this entry, in words. */
  unverified: z.string().optional(),
  /** Memory of the model's function in MB; 1,769 MB is one vCPU. */
  memoryMb: z.int().min(128).max(10_240).default(1769),
  /** The model of which this entry is one size among several: a deployment writes it. */
  sizeOf: z.string().optional(),
  /** Its answers mean nothing: for measuring and simulating, never sent to a client. */
  latencyOnly: z.boolean().optional(),
  /** Session.run on the machine that the entry was made on; serves until a profile is known. */
  reference: z
    .strictObject({
      meanMs: z.number().positive(),
      stdMs: z.number().min(0),
      /** The part of its work that several threads can share (Amdahl's law): measured with one and with more. */
      parallelShare: z.number().min(0).max(1).optional(),
      what: z.string(),
    })
    .optional(),
};

function withFile<Model extends { name: string; file?: string | undefined }>(model: Model) {
  return { ...model, file: model.file ?? `${model.name}.onnx` };
}

/** One model as `catalogue.json` lists it: perhaps not yet fetched, its accuracy perhaps unknown. */
export const listedModelSchema = z.strictObject(modelFields).transform(withFile);

/** A listed model, defaults filled in. */
export type ListedModel = z.infer<typeof listedModelSchema>;

/** A model that can be served: its accuracy is known. */
export const modelSchema = z
  .strictObject({ ...modelFields, accuracyPct: percent })
  .transform(withFile);

/** A model that can be served, defaults filled in. */
export type CatalogueModel = z.infer<typeof modelSchema>;

function catalogueOf<Model extends z.ZodType<ListedModel>>(model: Model) {
  return z
    .strictObject({
      name: z
        .string()
        .regex(/^[a-z0-9][a-z0-9-]{0,29}$/, 'must be 1 to 30 lower-case letters, digits, -'),
      task: z.literal('image-classification'),
      labels: z.array(z.string().min(1)).min(2),
      input: inputSchema,
      /** Name of the model that clients run on the device. */
      onDevice: z.string().optional(),
      accuracySource: z.string().optional(),
      /** Absent: the view at a quality that loses nothing. */
      uploads: uploadsSchema.optional(),
      models: z.array(model).min(1),
      /** Names of the models that are fetched when none is named. */
      ladder: z.array(z.string()).optional(),
      samples: z.array(z.strictObject({ file: z.string(), label: z.string() })).default([]),
    })
    .superRefine(({ models, onDevice, ladder = [], labels, samples, uploads }, context) => {
      const complain = (path: PropertyKey[], message: string) =>
        context.addIssue({ code: 'custom', path, message });
      const names = new Set<string>();
      models.forEach(({ name }, i) => {
        if (names.has(name)) complain(['models', i, 'name'], `"${name}" is there twice`);
        names.add(name);
      });
      if (onDevice !== undefined && !names.has(onDevice)) {
        complain(['onDevice'], `no model is named "${onDevice}"`);
      }
      if (models.some(({ name, latencyOnly }) => name === onDevice && latencyOnly)) {
        complain(['onDevice'], `the answers of "${onDevice}" have no meaning (latencyOnly)`);
      }
      uploads?.rungs.forEach(({ name }, i) => {
        const isTwice = uploads.rungs.findIndex((rung) => rung.name === name) < i;
        if (isTwice) complain(['uploads', 'rungs', i, 'name'], `"${name}" is there twice`);
      });
      ladder.forEach((name, i) => {
        if (!names.has(name)) complain(['ladder', i], `no model is named "${name}"`);
      });
      samples.forEach(({ label }, i) => {
        if (!labels.includes(label)) complain(['samples', i, 'label'], `no label is "${label}"`);
      });
    });
}

/** `models/<catalogue>/catalogue.json` with all that it lists. */
export const catalogueListingSchema = catalogueOf(listedModelSchema);

/** All that `catalogue.json` lists, models included that cannot be served (yet). */
export type CatalogueListing = z.infer<typeof catalogueListingSchema>;

/** `catalogue.json` as it is written: fields with a default may be missing. */
export type CatalogueFile = z.input<typeof catalogueListingSchema>;

/** A catalogue whose models can all be served. */
export const catalogueSchema = catalogueOf(modelSchema);

/** A catalogue: functionally equivalent models, with the same labels and the same accepted inputs. */
export type Catalogue = z.infer<typeof catalogueSchema>;

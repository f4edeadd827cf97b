import { deviation, mean } from 'd3-array';
import type { CropSize } from '../../../core/preprocessing/crop.ts';
import { type IntervalPct, pairedIntervalPct } from '../../../core/statistics/interval.ts';
import { originalRung, rungName, type UploadEncoding } from '../../../core/upload/rung.ts';
import type { Classifier } from '../../../service/inference/classifier.ts';
import { UndecodableImageError } from '../../../service/inference/errors.ts';
import type { LabelledImage } from '../accuracy/images.ts';
import type { LeftOut } from '../accuracy/picture-file.ts';
import { encodePicture } from './pictures.ts';

/** What a model loses by a rung, on the pictures on which it was also asked about the originals. */
export interface ModelLoss {
  readonly model: string;
  readonly top1Pct: number;
  /** Points of top-1 below that of the originals. */
  readonly lossPct: number;
  /** 95 % interval of the loss, in points: Newcombe's for paired data. */
  readonly ci95Pct: IntervalPct;
}

/** One way to send pictures, measured. */
export interface MeasuredRung {
  readonly name: string;
  /** Absent for the original. */
  readonly encoding?: UploadEncoding;
  readonly meanBytes: number;
  readonly stdBytes: number;
  readonly models: readonly ModelLoss[];
}

/** The measured rungs, and what they rest on. */
export interface UploadMeasurement {
  /** Number of pictures that every model classified in every form. */
  readonly n: number;
  /** The original first, then the encodings in their order. */
  readonly rungs: readonly MeasuredRung[];
  /** Pictures that cannot be decoded. */
  readonly leftOut: readonly LeftOut[];
}

/** A model that is asked about pictures. */
export interface AskedModel {
  readonly name: string;
  readonly classifier: Pick<Classifier, 'classifyImage'>;
}

/** What one picture came to in one form. */
interface Sent {
  readonly bytes: number;
  /** Of each model, whether it was right. */
  readonly isRight: readonly boolean[];
}

/**
 * Sends labelled pictures to models in every form: bytes, and what each model loses against the originals.
 *
 * @param view - what is cut out of the pictures; undefined where the models have none in common
 * @param onImage - called after each picture
 * @throws Error when a model gives no valid answer to a picture; the message names both
 */
export async function measureUploads(
  models: readonly AskedModel[],
  images: readonly LabelledImage[],
  { encodings, view }: { encodings: readonly UploadEncoding[]; view: CropSize | undefined },
  onImage: () => void = () => {},
): Promise<UploadMeasurement> {
  const leftOut: LeftOut[] = [];
  const pictures: Sent[][] = [];
  for (const image of images) {
    try {
      const original = await image.read();
      const sent = [await send(models, image, original)];
      for (const bytes of await encodePicture(original, encodings, view)) {
        sent.push(await send(models, image, bytes, view));
      }
      pictures.push(sent);
    } catch (error) {
      if (!(error instanceof UndecodableImageError)) throw error;
      leftOut.push({ name: image.name, why: error.message });
    }
    onImage();
  }
  const forms = [undefined, ...encodings].map((_, form) =>
    pictures.flatMap((sent) => sent[form] ?? []),
  );
  const [originals = []] = forms;
  const rungs = [undefined, ...encodings].map((encoding, form) => ({
    name: encoding ? rungName(encoding) : originalRung,
    ...(encoding && { encoding }),
    ...summarise(models, forms[form] ?? [], originals),
  }));
  return { n: pictures.length, rungs, leftOut };
}

/** Asks every model about a picture in one form. */
async function send(
  models: readonly AskedModel[],
  { name, label }: LabelledImage,
  bytes: Uint8Array,
  view?: CropSize,
): Promise<Sent> {
  const isRight: boolean[] = [];
  for (const { name: model, classifier } of models) {
    const { predictions } = await classifier.classifyImage(bytes, view).catch((error: Error) => {
      if (error instanceof UndecodableImageError) throw error;
      throw new Error(`model "${model}", ${name}: ${error.message}`, { cause: error });
    });
    isRight.push(predictions[0]?.index === label);
  }
  return { bytes: bytes.length, isRight };
}

function summarise(
  models: readonly AskedModel[],
  sent: readonly Sent[],
  originals: readonly Sent[],
): Omit<MeasuredRung, 'name' | 'encoding'> {
  const bytes = sent.map((one) => one.bytes);
  return {
    meanBytes: Math.round(mean(bytes) ?? 0),
    stdBytes: Math.round(deviation(bytes) ?? 0),
    models: models.map(({ name }, model) => ({
      model: name,
      ...lossOf(
        sent.map(({ isRight }, picture) => ({
          before: originals[picture]?.isRight[model] ?? false,
          after: isRight[model] ?? false,
        })),
        sent === originals,
      ),
    })),
  };
}

function lossOf(
  pairs: readonly { readonly before: boolean; readonly after: boolean }[],
  isOriginal: boolean,
): Omit<ModelLoss, 'model'> {
  const count = (before: boolean, after: boolean) =>
    pairs.filter((pair) => pair.before === before && pair.after === after).length;
  const [both, onlyFirst] = [count(true, true), count(true, false)];
  const [onlySecond, neither] = [count(false, true), count(false, false)];
  const percent = (part: number) => round2((100 * part) / Math.max(1, pairs.length));
  const counts = { both, onlyFirst, onlySecond, neither };
  // The originals lose nothing to themselves, by definition.
  const [low, high] = isOriginal ? [0, 0] : pairedIntervalPct(counts);
  return {
    top1Pct: percent(both + onlySecond),
    lossPct: percent(onlyFirst - onlySecond),
    ci95Pct: [round2(low), round2(high)],
  };
}

function round2(value: number): number {
  return Math.round(100 * value) / 100;
}

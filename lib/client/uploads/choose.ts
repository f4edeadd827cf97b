import { MdInferenceError } from '../../core/errors.ts';
import { sizeName } from '../../core/preprocessing/view.ts';
import type { Candidate } from '../../core/selection/types.ts';
import { chooseUpload, type UploadOption } from '../../core/upload/choice.ts';
import type { EncodedImage, OpenImage } from '../api/codec.ts';
import type { Sending, ServedModels, UploadedImage } from '../api/pipeline.ts';
import { usualUpload } from '../api/upload-settings.ts';
import type { EncodedRung, Ladder } from './ladder.ts';
import { bytesIn } from './usual-upload.ts';
import type { Way } from './way.ts';

/** So many encodings of an image are made to choose from. */
const mostEncodings = 2;

/** A way to send the image: encoded already, or to be. */
interface Option extends UploadOption {
  readonly encoded?: EncodedRung;
  readonly file?: EncodedImage;
}

/** What an image can be chosen to be sent as. */
export interface Choices {
  readonly ladder: Ladder;
  /** The file as it is, where that is one of the choices. */
  readonly original: EncodedImage | undefined;
  readonly served: ServedModels | undefined;
  readonly way: Way;
}

/** An encoder has made another type than it was asked for: it does not write that one. */
export class UnwrittenTypeError extends MdInferenceError {
  override readonly name = 'UnwrittenTypeError';
  readonly type: string;

  constructor(type: string) {
    super(`${type} cannot be encoded here`);
    this.type = type;
  }
}

/**
 * Chooses what is sent of an image: by the rungs' mean sizes first, then by the size that this image turns
 * out to have.
 *
 * @returns undefined when there is nothing to choose from
 * @throws {@link UnwrittenTypeError}, or what the encoder throws
 */
export async function chooseFor(
  image: OpenImage,
  choices: Choices,
  sending: Sending,
): Promise<UploadedImage | undefined> {
  let options = optionsOf(choices);
  for (let encodings = 0; encodings < mostEncodings; encodings++) {
    const { option } = bestOf(options, choices, sending) ?? {};
    if (!option?.encoded || option.file) break;
    const { encoded } = option;
    const file = await encode(image, encoded);
    const bytes = bytesIn(file.image);
    // An image of many details is large by every rung.
    const ratio = bytes / encoded.meanBytes;
    options = options.map((other) => {
      if (other === option) return { ...other, file, bytes };
      if (!other.encoded || other.file) return other;
      return { ...other, bytes: ratio * other.encoded.meanBytes };
    });
  }
  const ready = options.filter(({ file }) => file);
  const { option, expectedAccuracyPct } = bestOf(ready, choices, sending) ?? {};
  if (!option?.file) return undefined;
  const { file, bytes, rung, encoded } = option;
  const view = encoded?.view && sizeName(encoded.view);
  const headers = { 'mdi-upload-rung': rung.name, ...(view && { 'mdi-view': view }) };
  return { ...file, bytes, headers, rung: rung.name, view, expectedAccuracyPct };
}

function optionsOf({ ladder, original }: Choices): readonly Option[] {
  const asItIs = original && {
    ...{ rung: ladder.original, bytes: bytesIn(original.image), file: original },
  };
  const encoded = ladder.encoded.map((rung) => ({ rung, bytes: rung.meanBytes, encoded: rung }));
  return asItIs ? [asItIs, ...encoded] : encoded;
}

/** The best option by what is known of the way; nothing known, the smaller of the original and the best view. */
function bestOf(
  options: readonly Option[],
  { served, way }: Choices,
  { time, endMs, deviceAccuracyPct = 0 }: Sending,
): { readonly option: Option; readonly expectedAccuracyPct?: number } | undefined {
  const models = candidatesOf(served);
  if (options.length > 0 && models.length > 0 && way.uplink.isKnown) {
    const { uplink, outputMs } = way;
    const startMs = time.nowMs();
    const slaMs = endMs - startMs;
    return chooseUpload(options, { models, slaMs, uplink, startMs, outputMs, deviceAccuracyPct });
  }
  const [least] = options
    .filter(({ encoded }) => encoded)
    .sort((a, b) => lossOf(a) - lossOf(b) || a.bytes - b.bytes);
  const [option] = options
    .filter((it) => it === least || !it.encoded)
    .sort((a, b) => a.bytes - b.bytes);
  return option && { option };
}

/** What an option costs all models together, in points. */
function lossOf({ rung }: Option): number {
  return Object.values(rung.accuracyLossPct).reduce((sum, loss) => sum + loss, 0);
}

/** The models that may answer, as the service's profiles describe them. */
function candidatesOf(served: ServedModels | undefined): Candidate[] {
  return (served?.models ?? [])
    .filter(({ latencyOnly, breaker }) => !latencyOnly && breaker !== 'open')
    .map(({ name, accuracyPct, profile: { meanMs, stdMs, coldShare } }) => ({
      ...{ name, accuracyPct, meanMs, stdMs, coldShare },
    }));
}

async function encode(image: OpenImage, { encoding, view }: EncodedRung): Promise<EncodedImage> {
  const { type, quality, maxSide = usualUpload.maxSide } = encoding;
  const file = view
    ? await image.view(view, encoding)
    : await image.encode({ maxSide, quality: quality / 100, type });
  if (file.contentType !== type) throw new UnwrittenTypeError(type);
  return file;
}

import { boxOf } from '../../core/preprocessing/crop.ts';
import type { UploadEncoding } from '../../core/upload/rung.ts';
import type { ImageCodec, OpenImage } from '../api/codec.ts';
import { ApiError, NetworkError } from '../api/errors.ts';
import type { DeviceInput } from '../api/image.ts';
import type {
  Destination,
  ImagePipeline,
  Post,
  Sending,
  ServedModels,
  UploadedImage,
} from '../api/pipeline.ts';
import { type Upload, usualShape, usualUpload } from '../api/upload-settings.ts';
import { chooseFor, UnwrittenTypeError } from './choose.ts';
import { type Ladder, ladderOf, losslessRungs } from './ladder.ts';
import { bytesIn, originalOf, uploadOf } from './usual-upload.ts';
import { Way } from './way.ts';

/** A pipeline that decodes and encodes by some means, and sends what the service answers best. */
export function pipelineOf(codec: ImageCodec): ImagePipeline {
  const uploads = new Uploads(codec);
  return {
    ...codec,
    prepare: async (upload, service) => {
      if (uploads.isChosen(upload)) void service?.refreshModels();
      await codec.prepare?.();
    },
    open: (input, shorterSide, upload, service) => {
      if (uploads.isChosen(upload)) void service?.refreshModels();
      const side = service ? uploads.shorterSide(upload, service.models) : 0;
      const image = codec.open(input, Math.max(shorterSide, side));
      return {
        pixels: (size) => image.pixels(size),
        send: (post, sending) => uploads.send({ image, input, upload, service }, post, sending),
        close: () => image.close(),
      };
    },
  };
}

/** An image that is to be sent somewhere. */
interface ToSend {
  readonly image: OpenImage;
  readonly input: DeviceInput;
  readonly upload: Upload | undefined;
  readonly service: Destination | undefined;
}

/** Decides what is sent of images, and learns from what comes of it. */
class Uploads {
  readonly #codec: ImageCodec;
  readonly #way = new Way();
  /** Content types that the codec has turned out not to write. */
  readonly #unwritten = new Set<string>();

  constructor(codec: ImageCodec) {
    this.#codec = codec;
  }

  /** Whether what is sent depends on what the service tells. */
  isChosen(upload: Upload = 'adaptive'): upload is 'adaptive' | 'view' {
    return this.#codec.writes !== undefined && (upload === 'adaptive' || upload === 'view');
  }

  /** Pixels of the shorter side that an upload needs of a photo; 0 when it is sent as it is. */
  shorterSide(upload: Upload | undefined, served: ServedModels | undefined): number {
    if (upload === 'original') return 0;
    const { maxSide = usualUpload.maxSide } = typeof upload === 'object' ? upload : {};
    const rungs = this.isChosen(upload) ? this.#ladder(upload, served).encoded : [];
    if (rungs.length === 0) return maxSide * usualShape;
    const sides = rungs.map(({ view, encoding }) => {
      if (!view) return (encoding.maxSide ?? maxSide) * usualShape;
      const { width, height } = boxOf(view);
      return Math.max(width, height);
    });
    return Math.max(...sides);
  }

  async send(what: ToSend, post: Post, sending: Sending) {
    const chosen = await this.#choose(what, sending);
    try {
      if (chosen) return await this.#observed(post, chosen, sending);
    } catch (error) {
      if (!chosen?.view || !isAboutView(error)) throw error;
      void what.service?.refreshModels(true);
    }
    const { image, input, upload } = what;
    const file = await uploadOf(image, input, upload);
    return await this.#observed(post, { ...file, bytes: bytesIn(file.image) }, sending);
  }

  /** What is chosen to be sent; undefined for what is usual. */
  async #choose(what: ToSend, sending: Sending): Promise<UploadedImage | undefined> {
    const { image, input, upload, service } = what;
    if (!service || !this.isChosen(upload)) return undefined;
    const { models, delayMs } = service;
    const ladder = this.#ladder(upload, models);
    if (ladder.encoded.length === 0) return undefined;
    const way = this.#way;
    if (delayMs !== undefined) way.delayMs = delayMs;
    const original = upload === 'view' ? undefined : await originalOf(input);
    try {
      return await chooseFor(image, { ladder, original, served: models, way }, sending);
    } catch (error) {
      // What cannot be decoded here, the usual upload names.
      if (!(error instanceof UnwrittenTypeError)) return undefined;
      this.#unwritten.add(error.type);
      return await this.#choose(what, sending);
    }
  }

  #ladder(upload: Upload | undefined, served: ServedModels | undefined): Ladder {
    const writes = (encoding: UploadEncoding) =>
      !this.#unwritten.has(encoding.type) && this.#codec.writes?.(encoding) === true;
    const ladder = ladderOf(served, writes);
    if (upload !== 'view') return ladder;
    return { ...ladder, encoded: losslessRungs(served, writes) };
  }

  /** Uploads, and learns how long that takes. */
  async #observed(post: Post, image: UploadedImage, { time, endMs }: Sending) {
    const { bytes } = image;
    const startMs = time.nowMs();
    try {
      const answer = await post(image);
      this.#way.answered({ bytes, startMs }, time.nowMs(), answer.timing);
      return answer;
    } catch (error) {
      // What fails at once says nothing of the network's speed; what never arrives does.
      const nowMs = time.nowMs();
      if (error instanceof NetworkError && nowMs >= endMs) {
        this.#way.uplink.observe({ startMs, bytes, inputMs: nowMs - startMs });
      }
      throw error;
    }
  }
}

/** Whether the service has refused an image because its view is another by now. */
function isAboutView(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  const { type = '', detail = '' } = error.problem ?? {};
  return (
    type.endsWith('/not-the-view') || (type.endsWith('/bad-header') && detail.includes('mdi-view'))
  );
}

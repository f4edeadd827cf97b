import type { ImageCodec } from '../api/codec.ts';
import type { ImagePipeline } from '../api/pipeline.ts';
import { shorterSideOf } from '../api/upload-settings.ts';
import { uploadOf } from './upload.ts';

/** A pipeline that decodes and encodes by some means, and sends what the service takes. */
export function pipelineOf(codec: ImageCodec): ImagePipeline {
  return {
    ...codec,
    open: (input, shorterSide, upload) => {
      const image = codec.open(input, Math.max(shorterSide, shorterSideOf(upload)));
      return {
        pixels: (size) => image.pixels(size),
        upload: (settings) => uploadOf(image, input, settings),
        close: () => image.close(),
      };
    },
  };
}

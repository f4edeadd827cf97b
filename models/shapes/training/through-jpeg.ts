import { decodeImage } from '../../../lib/service/inference/decode.ts';
import { imageSize } from '../../../lib/shapes/generate.ts';

/** The RGB bytes that the service hands to a model for a JPEG of a picture. */
export async function decodeJpeg(jpeg: Uint8Array): Promise<Uint8Array> {
  return decodeImage(jpeg, { width: imageSize, height: imageSize });
}

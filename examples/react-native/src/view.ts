import type { CropSize, EncodedImage, UploadEncoding } from '@mdinference/client/app-images';
import { ImageFormat } from '@shopify/react-native-skia';
import { cropOf } from './crop.ts';

const formats = { 'image/jpeg': ImageFormat.JPEG, 'image/webp': ImageFormat.WEBP };

/** What the service's models see of a photo, as a file: what is sent when it suits the network. */
export function viewOf(
  photo: Uint8Array,
  size: CropSize,
  { type, quality }: UploadEncoding,
): EncodedImage {
  return {
    image: cropOf(photo, size).encodeToBytes(formats[type], quality),
    contentType: type,
  };
}

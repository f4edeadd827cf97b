import { type Client, createClient } from '@mdinference/client';
import { appImages } from '@mdinference/client/app-images';
import {
  type CatalogueJson,
  describeModel,
  onnxruntimeReactNative,
} from '@mdinference/client/onnxruntime-react-native';
import { pixelsOf } from './pixels.ts';
import { smaller } from './smaller.ts';
import { viewOf } from './view.ts';

/**
 * A client with a model on the phone.
 *
 * @param model - path of the .onnx file on the phone
 */
export function makeClient(catalogue: CatalogueJson, model: string): Client {
  return createClient({
    endpoint: 'https://abc123.execute-api.eu-central-1.amazonaws.com',
    slaMs: 250,
    duplication: 'when-needed',
    images: appImages({
      pixels: async ({ image }, size) => pixelsOf(image as Uint8Array, size),
      view: async ({ image }, size, encoding) => viewOf(image as Uint8Array, size, encoding),
      encode: async ({ image }, settings) => ({
        image: smaller(image as Uint8Array, settings),
        contentType: 'image/jpeg',
      }),
    }),
    onDevice: onnxruntimeReactNative({ ...describeModel(catalogue), model }),
  });
}

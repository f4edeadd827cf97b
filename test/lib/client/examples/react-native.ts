import { bearer, createClient } from '@mdinference/client';
import {
  type CatalogueJson,
  type CropSize,
  describeModel,
  onnxruntimeReactNative,
  regionOf,
} from '@mdinference/client/onnxruntime-react-native';
import {
  AlphaType,
  ColorType,
  FilterMode,
  MipmapMode,
  type SkImage,
  Skia,
} from '@shopify/react-native-skia';

/** RGB pixels of a photo, in the size that the model takes. */
function pixelsOf(photo: SkImage, size: CropSize) {
  const { width, height } = size;
  const { x, y, ...region } = regionOf({ width: photo.width(), height: photo.height() }, size);
  const surface = Skia.Surface.Make(width, height);
  surface
    ?.getCanvas()
    .drawImageRectOptions(
      photo,
      Skia.XYWHRect(x, y, region.width, region.height),
      Skia.XYWHRect(0, 0, width, height),
      FilterMode.Linear,
      MipmapMode.Linear,
    );
  const format = { colorType: ColorType.RGBA_8888, alphaType: AlphaType.Unpremul };
  const rgba = surface?.makeImageSnapshot().readPixels(0, 0, { width, height, ...format });
  if (!rgba) throw new Error('the photo cannot be read');
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < data.length; i++) data[i] = rgba[4 * Math.floor(i / 3) + (i % 3)] ?? 0;
  return { data, width, height };
}

/** A client with the app's own copy of the model, for users that are signed in. */
export function clientOf(options: {
  catalogue: CatalogueJson;
  modelPath: string;
  getToken: () => Promise<string>;
}) {
  return createClient({
    endpoint: 'https://abc123.execute-api.eu-central-1.amazonaws.com',
    slaMs: 250,
    auth: bearer(options.getToken),
    duplication: 'when-needed',
    onDevice: onnxruntimeReactNative({
      ...describeModel(options.catalogue),
      model: options.modelPath,
      decode: async ({ image }, size) => {
        const photo = Skia.Image.MakeImageFromEncoded(Skia.Data.fromBytes(image as Uint8Array));
        if (!photo) throw new Error('the photo cannot be decoded');
        return pixelsOf(photo, size);
      },
    }),
  });
}

/** What is in a photo: the bytes of a JPEG file, as the camera or the file system gives them. */
export async function label(client: ReturnType<typeof clientOf>, photo: Uint8Array) {
  const { predictions } = await client.classify(photo, { contentType: 'image/jpeg' });
  return predictions[0]?.label;
}

import { join } from 'node:path';
import { describeModel } from '../../client/model-description.ts';
import { OnnxModel } from '../../client/onnx-model.ts';
import type { OnDeviceModel } from '../../client/types.ts';
import { readServedCatalogue } from '../../service/catalogue/load.ts';
import { decodeImage } from '../../service/inference/decode.ts';
import { ort } from '../../service/inference/native.ts';
import { LiveError } from './plan.ts';

/**
 * A catalogue's on-device model, run in this process by onnxruntime-node through the client's own adapter.
 *
 * @param directory - the catalogue's folder
 * @throws {@link LiveError} when the catalogue has no on-device model
 * @throws {@link CatalogueError} when the catalogue cannot be read
 * @throws Error when the model cannot be loaded
 */
export async function loadDeviceModel(directory: string): Promise<OnDeviceModel> {
  const catalogue = readServedCatalogue(directory);
  const entry = catalogue.models.find(({ name }) => name === catalogue.onDevice);
  if (!entry) {
    throw new LiveError(`the catalogue "${catalogue.name}" has no model for devices (onDevice)`);
  }
  const description = describeModel(catalogue);
  const model = await OnnxModel.load(ort, join(directory, entry.file), description, {
    // The device's model leaves the other cores of this machine to the service.
    intraOpNumThreads: 1,
  });
  const { name, version, accuracyPct } = description;
  return {
    name,
    ...(version !== undefined && { version }),
    accuracyPct,
    classify: async (image, { contentType }) => ({
      predictions: await model.classify({ image, contentType }, async (input, size) => {
        const data = await decodeImage(input.image as Uint8Array, size);
        return { data, width: size.width, height: size.height };
      }),
    }),
  };
}

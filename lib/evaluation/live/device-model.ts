import { join } from 'node:path';
import type { OnDeviceModel } from '../../client/api/types.ts';
import { describeModel } from '../../client/device/model-description.ts';
import { onnxOnDevice } from '../../client/device/onnx-model.ts';
import { readServedCatalogue } from '../../service/catalogue/load.ts';
import { ort } from '../../service/inference/native.ts';
import { LiveError } from './plan.ts';

/**
 * A catalogue's on-device model, run in this process by onnxruntime-node through the client's own adapter.
 * Images are decoded by the client.
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
  const onDevice = onnxOnDevice(
    ort,
    {
      ...describeModel(catalogue),
      model: join(directory, entry.file),
    },
    // The device's model leaves the other cores of this machine to the service.
    { intraOpNumThreads: 1 },
  );
  await onDevice.prepare?.();
  return onDevice;
}

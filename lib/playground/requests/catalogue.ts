import type { OnDeviceModel } from '../../client/index.ts';
import { type CatalogueJson, describeModel, onnxruntimeWeb } from '../../client/onnxruntime-web.ts';
import { webImages } from '../../client/web-images.ts';
import { inputSize } from '../../core/preprocessing/preprocessing.ts';

/** Where `bin/playground.ts` serves what the page needs of the catalogue's folder. */
const folder = '/playground/catalogue/';

/** What the page reads of the catalogue. */
export interface PageCatalogue extends Omit<CatalogueJson, 'models'> {
  readonly name: string;
  readonly models: readonly (CatalogueJson['models'][number] & { readonly file: string })[];
  readonly samples: readonly { readonly file: string; readonly label: string }[];
}

/** Fetches the catalogue. */
export async function fetchCatalogue(): Promise<PageCatalogue> {
  const response = await fetch(`${folder}catalogue.json`);
  return (await response.json()) as PageCatalogue;
}

/** The address of a file of the catalogue's folder. */
export function addressOf(file: string): string {
  return folder + file.split('/').map(encodeURIComponent).join('/');
}

/** The side in pixels that pictures are given and drawn in: what the models see. */
export function pictureSide({ input }: PageCatalogue): number {
  const { width, height } = inputSize(input);
  return Math.max(width, height);
}

/** The model that runs in this page; undefined when the catalogue has none for devices. */
export function modelOnDevice(catalogue: PageCatalogue): OnDeviceModel | undefined {
  const model = catalogue.models.find(({ name }) => name === catalogue.onDevice);
  if (!model) return undefined;
  return onnxruntimeWeb({
    ...describeModel(catalogue),
    model: addressOf(model.file),
    wasmPaths: { wasm: '/playground/ort-wasm-simd-threaded.wasm' },
    worker: () => new Worker('/playground/worker.js', { type: 'module' }),
    images: webImages({
      worker: () => new Worker('/playground/image-worker.js', { type: 'module' }),
    }),
  });
}

import { checkOptions, modelsOf } from './api/check-options.ts';
import type { Client, ClientOptions } from './api/options.ts';
import type { ImageKind } from './api/types.ts';
import { plainUpload } from './cloud/plain-upload.ts';
import { describe } from './cloud/request.ts';
import { classifyOnDevice } from './device/classify.ts';
import { RacingClient } from './race/racing-client.ts';

/**
 * Makes a client of a service. It does nothing before its first call.
 *
 * @throws TypeError or RangeError when an option is missing, misspelt or out of range
 *
 * @example
 * ```ts
 * import { createClient } from '@mdinference/client';
 *
 * const client = createClient({
 *   endpoint: 'https://abc123.execute-api.eu-central-1.amazonaws.com',
 *   slaMs: 250,
 * });
 *
 * const photo = await (await fetch('https://example.com/photo.jpg')).blob();
 * const { predictions, source, timing } = await client.classify(photo);
 * console.log(`${predictions[0]?.label}, by the ${source}, after ${timing.totalMs} ms`);
 * client.close();
 * ```
 */
export function createClient(options: ClientOptions): Client {
  const models = modelsOf(options);
  checkOptions(options, models, 'classify');
  return new RacingClient<ImageKind>({
    ...options,
    images: options.images ?? models.find((model) => model.images)?.images,
    labels: models.find((model) => model.labels)?.labels,
    models,
    run: classifyOnDevice,
    inputOf: describe,
    plain: plainUpload,
    content: 'predictions',
  });
}

import { checkOptions, modelsOf } from './api/check-options.ts';
import type { ClientEvent } from './api/events.ts';
import type { Client, ClientOptions } from './api/options.ts';
import type { ImageKind, OnDeviceModel } from './api/types.ts';
import { faultOfAnswer } from './cloud/answer.ts';
import { plainUpload } from './cloud/plain-upload.ts';
import { describe } from './cloud/request.ts';
import { classifyOnDevice } from './device/classify.ts';
import { RacingClient, type Task } from './race/racing-client.ts';

const rawTensor = 'application/octet-stream';
/** Pixels of the shorter side that most models need. */
const usualSide = 256;

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
  const onEvent = comparingLabels(options, models);
  return new ImageClient({ ...options, onEvent }, classification(options, models));
}

class ImageClient extends RacingClient<ImageKind> implements Client {
  readonly classify = this.request;
}

/** How images are sent and classified. */
function classification(
  { images, upload }: ClientOptions,
  models: readonly OnDeviceModel[],
): Task<ImageKind> {
  const pipeline = images ?? models.find((model) => model.images)?.images;
  const sides = models.map((model) => model.shorterSide ?? usualSide);
  return {
    models,
    run: classifyOnDevice,
    inputOf: (image, { contentType }) => describe(image, contentType),
    open(input, service) {
      const opened =
        input.contentType === rawTensor
          ? undefined
          : pipeline?.open(input, Math.max(usualSide, ...sides), upload, service);
      return {
        call: { ...input, pixels: opened?.pixels },
        send: async (post, sending) =>
          await (opened ? opened.send(post, sending) : post(plainUpload(input))),
        close: () => opened?.close(),
      };
    },
    callOf: ({ image, contentType, headers }) => ({
      path: '/v1/infer',
      headers: { 'content-type': contentType, ...headers },
      body: image,
      faultOf: faultOfAnswer,
    }),
    contentOf: ({ predictions }) => ({ predictions }),
    prepare: (service) => pipeline?.prepare?.(upload, service),
    close: () => pipeline?.close?.(),
  };
}

/** Tells, once, of labels that differ: a page with the catalogue of another version would show wrong ones. */
function comparingLabels(
  { onEvent }: ClientOptions,
  models: readonly OnDeviceModel[],
): (event: ClientEvent) => void {
  let labels = models.find((model) => model.labels)?.labels;
  return (event) => {
    onEvent?.(event);
    if (!labels || event.type !== 'run' || event.source !== 'cloud' || !event.run.answer) return;
    const onDevice = labels;
    labels = undefined;
    const differing = event.run.answer.predictions.find(
      ({ index, label }) => onDevice[index] !== label,
    );
    if (!differing) return;
    const { index, label: inCloud } = differing;
    onEvent?.({ type: 'labels-differ', index, onDevice: onDevice[index], inCloud });
  };
}

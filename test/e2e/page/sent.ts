/** Runs in a page: what a pipeline sends of an image. */
import type {
  Destination,
  PipelineImage,
  UploadedImage,
} from '../../../lib/client/api/pipeline.ts';
import type { InferResponse } from '../../../lib/core/contract/messages.ts';

/** A service that has told this of its models. */
export function serviceWith(models?: Destination['models']): Destination {
  return { models, delayMs: undefined, refreshModels: () => Promise.resolve() };
}

/**
 * What would be sent of an image that is open, to be answered within a second.
 *
 * @param bytesPerMs - what the answer says of the network; by default nothing
 */
export async function sentOf(image: PipelineImage, bytesPerMs?: number): Promise<UploadedImage> {
  const sent: UploadedImage[] = [];
  const post = async (file: UploadedImage) => {
    sent.push(file);
    const [source, inputMs] = bytesPerMs ? ['client', file.bytes / bytesPerMs] : ['default', 0];
    return { timing: { source, inputMs, serverMs: 0 } } as InferResponse;
  };
  const nowMs = () => performance.now();
  await image.send(post, { time: { nowMs }, endMs: nowMs() + 1_000 });
  const [file] = sent;
  if (!file) throw new Error('nothing has been sent');
  return file;
}

/** Runs in a page: what a pipeline sends of an image. */
import type {
  Destination,
  PipelineImage,
  UploadedImage,
} from '../../../lib/client/api/pipeline.ts';
import type { InferResponse } from '../../../lib/core/contract/messages.ts';

/** Says nothing of the network. */
const answer = { timing: { source: 'default' } } as InferResponse;

/** A service that has told this of its models. */
export function serviceWith(models?: Destination['models']): Destination {
  return { models, clock: undefined, refreshModels: () => Promise.resolve() };
}

/** What would be sent of an image that is open. */
export async function sentOf(image: PipelineImage): Promise<UploadedImage> {
  const sent: UploadedImage[] = [];
  const post = async (file: UploadedImage) => {
    sent.push(file);
    return answer;
  };
  const nowMs = () => performance.now();
  await image.send(post, { time: { nowMs }, endMs: nowMs() + 1_000 });
  const [file] = sent;
  if (!file) throw new Error('nothing has been sent');
  return file;
}

import { ApiError, ClassifyError } from '../../client/api/errors.ts';
import type { Fetch } from '../../client/api/fetch.ts';
import type { Client } from '../../client/api/options.ts';
import type { UploadedImage } from '../../client/api/pipeline.ts';
import type { Classification, OnDeviceModel } from '../../client/api/types.ts';
import { createClient } from '../../client/client.ts';
import { sharpImages } from '../../client/sharp-images.ts';
import { sharp } from '../../service/inference/native.ts';
import { linkFetch } from './link-fetch.ts';
import { type MeasuredRequest, measuredRequest } from './measured-request.ts';
import { pace, SystemTime } from './pace.ts';
import { imageOf, LiveError, type LivePlan } from './plan.ts';

/** The running service, and the device that asks it. */
export interface LiveParties {
  readonly endpoint: string;
  readonly onDevice: OnDeviceModel;
  /** Called when a request has its answer and the cloud's has come or is no longer waited for. */
  readonly onSettled?: () => void;
  /** @default - the global `fetch` */
  readonly fetch?: Fetch;
}

/**
 * Sends the requests of a plan to a running service through the client SDK. Before the recording starts,
 * the clock is synchronized, the device's model loaded and one request sent.
 *
 * @throws {@link LiveError} when the service refuses requests or cannot be reached
 */
export async function runLive(plan: LivePlan, parties: LiveParties): Promise<MeasuredRequest[]> {
  const { link, conditions, slaMs, policy, cloud, sureFrom, upload, dueMs } = plan;
  const { endpoint, onDevice, onSettled } = parties;
  const time = new SystemTime();
  const clockAsked = Promise.withResolvers<void>();
  // By the client's own numbers of its requests.
  const uploads = new Map<number, UploadedImage>();
  let lastRequest = 0;
  const client = createClient({
    ...{ endpoint, slaMs, onDevice, duplication: policy, cloud, sureFrom, upload },
    images: sharpImages(sharp),
    fetch: linkFetch(link, conditions, time, parties.fetch),
    onEvent: (event) => {
      if (event.type === 'clock') clockAsked.resolve();
      if (event.type === 'request') lastRequest = event.request;
      if (event.type === 'upload') uploads.set(event.request, event.upload);
    },
  });
  try {
    await rehearse(client, plan, clockAsked.promise);
    time.restart();
    return await pace(dueMs, time, async (request) => {
      const startMs = time.nowMs();
      const { bytes, contentType, label } = imageOf(plan, request);
      const classifying = classify(client, bytes, contentType);
      const number = lastRequest;
      const answer = await classifying;
      const race = answer instanceof Error ? answer.race : await answer.settled;
      if (!race) throw answer;
      onSettled?.();
      const { bytes: sentBytes = bytes.length, rung } = uploads.get(number) ?? {};
      uploads.delete(number);
      const due = dueMs[request] ?? 0;
      const sent = { request, dueMs: due, startMs, bytes: sentBytes, rung, label };
      return measuredRequest(sent, answer, race);
    });
  } finally {
    client.close();
  }
}

/** Sends one request first: if the cloud refuses it, the device would hide that for all others. */
async function rehearse(client: Client, plan: LivePlan, clock: Promise<void>): Promise<void> {
  const { bytes, contentType } = imageOf(plan, 0);
  await client.prepare({ sample: bytes, contentType });
  await clock;
  const answer = await classify(client, bytes, contentType);
  const race = answer instanceof Error ? answer.race : await answer.settled;
  const error = race?.cloud.error;
  // Over a slow link an answer is late: that is what is measured.
  if (error instanceof ApiError && error.status === 504) return;
  if (error instanceof ApiError && (error.status === 401 || error.status === 403)) {
    throw new LiveError(`POST /v1/infer: ${error.message}: it takes signed requests only`);
  }
  if (error instanceof Error) throw new LiveError(`POST /v1/infer: ${error.message}`);
}

/** The answer, or the error that says why there is none. */
async function classify(
  client: Client,
  image: Uint8Array,
  contentType: string,
): Promise<Classification | ClassifyError> {
  return client.classify(image, { contentType }).catch((error: unknown) => {
    if (error instanceof ClassifyError) return error;
    throw error;
  });
}

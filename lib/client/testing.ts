/**
 * A client that answers as a test wants it to: no network, no model, no timers but the test's own.
 *
 * @module @mdinference/client/testing
 */

import type { ImageInput } from './api/image.ts';
import type { ClassifyOptions, Client, PrepareOptions } from './api/options.ts';
import { Counters } from './api/statistics.ts';
import type { Classification, Prediction, Race, Source } from './api/types.ts';
import { aborted } from './cloud/request.ts';

/** What a fake client answers; what is not said is made up. */
export interface FakeAnswer {
  /** The best label, or all labels with their scores, best first. */
  readonly label?: string | undefined;
  readonly predictions?: readonly Prediction[] | undefined;
  /** @default 'cloud' */
  readonly source?: Source | undefined;
  /** @default 'fake-model' */
  readonly model?: string | undefined;
  /** @default 90 */
  readonly accuracyPct?: number | undefined;
  /**
   * How long the answer took, in ms, as it says: nothing waits.
   *
   * @default 50
   */
  readonly totalMs?: number | undefined;
  /** The device's answer that `onInterim` is given before. */
  readonly interim?: string | undefined;
}

/** Settings of {@link fakeClient}. */
export interface FakeClientOptions {
  /**
   * The answer to an image: a label, more of an answer, or an error to reject with. A promise makes the
   * caller wait, for tests of what an app shows meanwhile.
   *
   * @default 'something'
   */
  readonly answer?:
    | string
    | FakeAnswer
    | Error
    | ((
        image: ImageInput,
        options: ClassifyOptions,
      ) => string | FakeAnswer | Error | Promise<string | FakeAnswer | Error>)
    | undefined;
  /** @default 250 */
  readonly slaMs?: number | undefined;
}

/** A client for tests, with what it was asked. */
export interface FakeClient extends Client {
  readonly images: readonly ImageInput[];
  readonly prepared: readonly PrepareOptions[];
  readonly feedbacks: readonly { readonly answer: Classification; readonly correct: boolean }[];
  readonly isClosed: boolean;
}

/**
 * Makes a client for an app's tests.
 *
 * @example
 * ```ts
 * import { SlaExceededError } from '@mdinference/client';
 * import { fakeClient } from '@mdinference/client/testing';
 *
 * const client = fakeClient({ answer: { label: 'daisy', source: 'device', totalMs: 230 } });
 * const { predictions } = await client.classify(new Blob(['a photo'], { type: 'image/jpeg' }));
 * console.log(predictions[0]?.label, client.images.length);
 *
 * export const tooSlow = fakeClient({ answer: new SlaExceededError(250) });
 * ```
 */
export function fakeClient(options: FakeClientOptions = {}): FakeClient {
  const { answer = 'something', slaMs: usualSlaMs = 250 } = options;
  const counters = new Counters();
  const images: ImageInput[] = [];
  const prepared: PrepareOptions[] = [];
  const feedbacks: { answer: Classification; correct: boolean }[] = [];
  let isClosed = false;
  return {
    images,
    prepared,
    feedbacks,
    get isClosed() {
      return isClosed;
    },
    async classify(image, asked = {}) {
      if (isClosed) throw aborted('the client is closed');
      asked.signal?.throwIfAborted();
      images.push(image);
      const given = await Promise.race([
        typeof answer === 'function' ? answer(image, asked) : answer,
        abortOf(asked.signal),
      ]);
      if (given instanceof Error) {
        counters.failed();
        throw given;
      }
      const wanted = typeof given === 'string' ? { label: given } : given;
      if (wanted.interim !== undefined) {
        asked.onInterim?.({ ...deviceAnswer(wanted), elapsedMs: 0 });
      }
      const classification = classificationOf(wanted, asked.slaMs ?? usualSlaMs);
      counters.answered(classification);
      return classification;
    },
    async prepare(asked = {}) {
      prepared.push(asked);
      return { models: [] };
    },
    async feedback(about, correct) {
      feedbacks.push({ answer: about, correct });
      return about.source === 'cloud';
    },
    statistics: () => ({ ...counters, cloudChance: 0, onDevice: [] }),
    close() {
      isClosed = true;
    },
  };
}

function classificationOf(wanted: FakeAnswer, slaMs: number): Classification {
  const { label = 'something', source = 'cloud', totalMs = 50 } = wanted;
  const { model: name = 'fake-model', accuracyPct = 90 } = wanted;
  const predictions = wanted.predictions ?? [{ index: 0, label, score: 0.9 }];
  const model = { name, version: '1', accuracyPct };
  const race: Race = {
    slaMs,
    winner: source,
    cloud: { state: source === 'cloud' ? 'answered' : 'cancelled', startMs: 0, endMs: totalMs },
    ...(source === 'device' && {
      device: {
        ...{ state: 'answered', startMs: 0, endMs: totalMs },
        answer: { model, predictions, elapsedMs: totalMs },
      },
    }),
  };
  return {
    ...{ predictions, source, model, race },
    inTime: totalMs <= slaMs,
    timing: { slaMs, totalMs, timerErrorMs: 0 },
    settled: Promise.resolve(race),
  };
}

/** Rejects as soon as a signal is aborted, as the client does. */
function abortOf(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function deviceAnswer({ interim = '' }: FakeAnswer) {
  return {
    model: { name: 'fake-device-model', accuracyPct: 60 },
    predictions: [{ index: 0, label: interim, score: 0.6 }],
  };
}

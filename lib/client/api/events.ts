import type { ClockEstimate } from '../time/clock.ts';
import type { AnsweringModel, Prediction, Source } from './types.ts';

/** Something that happened in a client; `request` numbers the calls of `classify`, times are in ms. */
export type ClientEvent =
  /** A part of a model's file has come. */
  | {
      readonly type: 'model-loading';
      readonly model: string;
      readonly loadedBytes: number;
      readonly totalBytes?: number | undefined;
    }
  | { readonly type: 'model-ready'; readonly model: string; readonly loadMs: number }
  /** A model could not be loaded; it is tried again after `retryMs`. */
  | {
      readonly type: 'model-failed';
      readonly model: string;
      readonly error: unknown;
      readonly retryMs: number;
    }
  | { readonly type: 'request'; readonly request: number; readonly slaMs: number }
  /** One of the two runs has an answer, whether it is taken or not; `late` when after the deadline. */
  | {
      readonly type: 'answer';
      readonly request: number;
      readonly source: Source;
      readonly elapsedMs: number;
      readonly late: boolean;
      readonly model: AnsweringModel;
      readonly predictions: readonly Prediction[];
    }
  /** One of the two runs has failed. */
  | {
      readonly type: 'run-failed';
      readonly request: number;
      readonly source: Source;
      readonly elapsedMs: number;
      readonly error: unknown;
    }
  /** `classify` has an answer; `inTime` by the clock, as it was handed over. */
  | {
      readonly type: 'delivered';
      readonly request: number;
      readonly source: Source;
      readonly totalMs: number;
      readonly inTime: boolean;
    }
  /** `classify` rejects. */
  | { readonly type: 'rejected'; readonly request: number; readonly error: unknown }
  | { readonly type: 'clock-set'; readonly clock: ClockEstimate }
  /** The server's clock could not be learned: uploads go without a timestamp, unless it is known. */
  | { readonly type: 'clock-failed'; readonly error: unknown }
  /** The service is left alone for a while, as it asked. */
  | { readonly type: 'throttled'; readonly retryMs: number }
  /** What stands between the client and the service drops `mdi-*` headers: its SLA is not known there. */
  | { readonly type: 'headers-lost'; readonly sentSlaMs: number; readonly usedSlaMs: number }
  /** The device's catalogue names an index otherwise than the service's. */
  | {
      readonly type: 'labels-differ';
      readonly index: number;
      readonly onDevice: string | undefined;
      readonly inCloud: string;
    };

/** Takes events; never throws. */
export type Emit = (event: ClientEvent) => void;

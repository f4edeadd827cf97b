import type { Answered, ClockEstimate, ImageKind, RequestKind, Run, Source } from './types.ts';

/** What happens in a client whatever it is asked. */
export type CommonEvent =
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
  /**
   * The server's clock has been asked for. Without an estimate that is good enough, uploads go without a
   * timestamp.
   */
  | {
      readonly type: 'clock';
      readonly clock: ClockEstimate | undefined;
      /** Why it could not be learned this time. */
      readonly error?: unknown;
    }
  /** The service is left alone for a while, as it asked. */
  | { readonly type: 'throttled'; readonly retryMs: number }
  /** What stands between the client and the service drops `mdi-*` headers: its SLA is not known there. */
  | { readonly type: 'headers-lost'; readonly sentSlaMs: number; readonly usedSlaMs: number };

/** Something that happened in a client; `request` numbers its requests, times are in ms. */
export type ClientEvent<Kind extends RequestKind = ImageKind> =
  | CommonEvent
  /** An upload begins: what is sent, and why so. */
  | { readonly type: 'upload'; readonly request: number; readonly upload: Kind['upload'] }
  /** One of the two runs has an answer, taken or not, or has failed; also after the deadline. */
  | {
      readonly type: 'run';
      readonly request: number;
      readonly source: Source;
      readonly run: Run<Kind['cloud'] | Kind['device']>;
      /** Whether it ended after the deadline. */
      readonly late: boolean;
    }
  /** A request has been answered, or rejects. */
  | {
      readonly type: 'end';
      readonly request: number;
      readonly answer?: (Kind['content'] & Omit<Answered<Kind>, 'settled'>) | undefined;
      readonly error?: unknown;
    }
  /** The device's catalogue names an index otherwise than the service's. */
  | {
      readonly type: 'labels-differ';
      readonly index: number;
      readonly onDevice: string | undefined;
      readonly inCloud: string;
    };

/** Takes events; never throws. */
export type Emit<Event = CommonEvent> = (event: Event) => void;

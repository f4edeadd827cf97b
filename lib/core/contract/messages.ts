/*
 * The bodies of the HTTP API as types alone, so that the client's declarations need no zod. The schemas
 * in `schemas.ts` are held to them by the compiler.
 */

import type { UploadRung } from '../upload/rung.ts';

/** One label with a model's probability for it. */
export interface Prediction {
  /** Position in the catalogue's labels. */
  readonly index: number;
  readonly label: string;
  /** Probability, 0 to 1. */
  readonly score: number;
}

/** `200` of `POST /v1/infer`. */
export interface InferResponse {
  /** What `POST /v1/feedback` refers to. */
  readonly requestId: string;
  /** The model that answered. */
  readonly model: {
    readonly name: string;
    readonly version: string;
    /** Top-1 accuracy A(m) in percent. */
    readonly accuracyPct: number;
  };
  /** The five best labels, best first. */
  readonly predictions: readonly Prediction[];
  /** All times in ms. */
  readonly timing: {
    /** T_sla. */
    readonly slaMs: number;
    /** T_input: from the start of the upload to the start of the handler, less `startMs`. */
    readonly inputMs: number;
    /** T_nw = 2 * T_input. */
    readonly networkMs: number;
    /** T_budget = T_sla - T_nw, less `startMs`. */
    readonly budgetMs: number;
    /** How long the request has waited for the selector's own start; absent when it had been started. */
    readonly startMs?: number | undefined;
    /** Selecting the model. */
    readonly selectMs: number;
    /** From invoking the model until its answer was whole. */
    readonly serviceMs: number;
    /** From the start of the handler to its answer, and `startMs`. */
    readonly serverMs: number;
    /** Whether the model's function started for this request. */
    readonly coldStart: boolean;
    /** Whether T_input comes from the client's timestamp or from the deployment's default. */
    readonly source: 'client' | 'default';
  };
  /** How the model was selected. */
  readonly selection: {
    readonly strategy: string;
    /** Name of the most accurate model that fits the budget. */
    readonly baseModel: string;
    readonly eligible: readonly { readonly model: string; readonly probability: number }[];
    /** Models that were asked and could not answer, so that another did. */
    readonly failed?: readonly string[] | undefined;
    /** All models that were asked, in order, if there was more than one: the first had been chosen. */
    readonly asked?: readonly string[] | undefined;
  };
}

/** Body of `POST /v1/prepare`; may be absent. */
export interface PrepareRequest {
  /**
   * T_sla in ms of the picture that is coming.
   *
   * @default - the deployment's
   */
  readonly slaMs?: number | undefined;
  /**
   * How long its upload will take in ms, as far as earlier ones tell: T_input.
   *
   * @default - anything from nothing to the deployment's default
   */
  readonly inputMs?: number | undefined;
}

/** `202` of `POST /v1/prepare`: the models that the picture may need. */
export interface PrepareResponse {
  readonly slaMs: number;
  /** Those that are being started now, if they have not been running. */
  readonly warming: readonly string[];
  /** Those for which that was done less than a minute ago. */
  readonly warm: readonly string[];
}

/** Body of `POST /v1/feedback`. */
export interface FeedbackRequest {
  /** Of the answer, as it was given. */
  readonly requestId: string;
  /** The model that gave the answer. */
  readonly model: string;
  /** Whether its best label was right. */
  readonly correct: boolean;
}

/** `202` of `POST /v1/feedback`. */
export interface FeedbackResponse {
  /** False when feedback on this request had been counted before. */
  readonly counted: boolean;
}

/** `200` of `GET /v1/time`. */
export interface TimeResponse {
  /** Unix time in ms at which the answer was made. */
  readonly epochMs: number;
  /** Unix time in ms at which the handler started. */
  readonly receivedEpochMs: number;
}

/** A model's profile as `GET /v1/models` shows it: its service time in ms. */
export interface ProfileSummary {
  readonly meanMs: number;
  readonly stdMs: number;
  /** Standard error of the mean. */
  readonly meanErrorMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** All calls known, warm and cold. */
  readonly samples: number;
  /** Share of calls to expect cold, 0 to 1: of the live calls, with 50 imagined warm ones added to them. */
  readonly coldShare: number;
  readonly failures: number;
  /** What the figures rest on: live calls, the baseline, or both. */
  readonly basis: string;
}

/**
 * Whether the selector that answers asks a model: `open` leaves it out because it failed repeatedly,
 * `half-open` is finding out with one request whether it works again.
 */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** A model as `GET /v1/models` shows it. */
export interface ModelStatus {
  readonly name: string;
  readonly version: string;
  /** Whether its answers have no meaning, so that no client gets one. */
  readonly latencyOnly?: boolean | undefined;
  /** What selection works with, in percent: the catalogue's, moved by feedback. */
  readonly accuracyPct: number;
  readonly catalogueAccuracyPct: number;
  readonly accuracySource: string;
  readonly feedback: { readonly labels: number; readonly correct: number };
  readonly licence: string;
  /** Of several sizes, the fastest one's; so is the profile. */
  readonly memoryMb: number;
  /** Of several sizes, that of the one that works best. */
  readonly breaker?: BreakerState | undefined;
  readonly profile: ProfileSummary;
  /** From the smallest up; absent for a model of one size. */
  readonly sizes?: readonly ModelSize[] | undefined;
}

/** One of the sizes at which a model is deployed: a function of its own, with a profile of its own. */
export interface ModelSize {
  readonly memoryMb: number;
  readonly breaker?: BreakerState | undefined;
  readonly profile: ProfileSummary;
}

/** The part of a picture that the models see, in pixels: what a client cuts out and sends with `mdi-view`. */
export interface View {
  readonly width: number;
  readonly height: number;
  /**
   * The picture's shorter side is scaled to this before the centre is cut out.
   *
   * @default - the picture is scaled until it just covers width x height
   */
  readonly resizeShorterSide?: number | undefined;
}

/** The ways to send a picture that have been measured. */
export interface Uploads {
  readonly rungs: readonly UploadRung[];
}

/** `200` of `GET /v1/models`. */
export interface ModelsResponse {
  readonly catalogue: string;
  readonly strategy: string;
  readonly defaultSlaMs: number;
  readonly labels: readonly string[];
  /** Absent when the models see parts of different shapes. */
  readonly view?: View | undefined;
  /** Absent when none has been measured. */
  readonly uploads?: Uploads | undefined;
  readonly models: readonly ModelStatus[];
}

/** `200` of `GET /v1/health`. */
export interface HealthResponse {
  readonly status: 'ok';
  readonly catalogue: string;
  /** How many models are served. */
  readonly models: number;
}

/** The body of every error (RFC 9457). */
export interface ProblemDocument {
  /** Identifies the kind of problem; stable, for programs. */
  readonly type: string;
  /** The kind of problem, for people. */
  readonly title: string;
  /** The HTTP status. */
  readonly status: number;
  /** What was wrong with this request and what would be right. */
  readonly detail: string;
  readonly requestId: string;
}

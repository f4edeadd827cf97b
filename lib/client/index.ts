/**
 * The client: always an answer within the SLA, from the cloud or from the device. Runs in browsers,
 * React Native and Node; needs nothing but `fetch`.
 *
 * @module @mdinference/client
 */

export type { InferResponse, ProblemDocument } from '../core/contract/messages.ts';
export { MdInferenceError } from '../core/errors.ts';
export {
  ModelShapeError,
  NonFiniteOutputError,
  TensorLengthError,
  TensorValueError,
} from '../core/preprocessing/errors.ts';
export { type Auth, type AuthRequest, bearer } from './auth.ts';
export { createClient } from './client.ts';
export type { ClockEstimate } from './clock.ts';
export {
  ApiError,
  ClassifyError,
  DeviceModelError,
  MalformedAnswerError,
  NetworkError,
  SlaExceededError,
} from './errors.ts';
export type { Fetch } from './http.ts';
export type { ClassifyOptions, Client, ClientOptions } from './options.ts';
export type { ClientStatistics } from './statistics.ts';
export type { TimeSource } from './time-source.ts';
export type {
  AnsweringModel,
  Classification,
  DeviceAnswer,
  DeviceInput,
  Duplication,
  ImageInput,
  OnDeviceModel,
  Prediction,
  Race,
  Run,
  RunState,
  Source,
} from './types.ts';
export type { Resize, UploadSettings } from './upload.ts';

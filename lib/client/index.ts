/**
 * The client: always an answer within the SLA, from the cloud or from the device. Runs in browsers,
 * React Native and Node; needs nothing but `fetch`.
 *
 * @module @mdinference/client
 */
export { type Auth, type AuthRequest, bearer } from './auth.ts';
export { createClient } from './client.ts';
export type { ClockEstimate } from './clock.ts';
export {
  ApiError,
  ClassifyError,
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
export type { UploadSettings } from './upload.ts';

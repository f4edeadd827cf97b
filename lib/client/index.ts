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
export type { Reliability } from '../core/statistics/reliability.ts';
export { type Auth, type AuthRequest, bearer } from './api/auth.ts';
export type { EncodedImage, EncodeSettings, ImageCodec, OpenImage } from './api/codec.ts';
export {
  ApiError,
  ClassifyError,
  DeviceModelError,
  MalformedAnswerError,
  NetworkError,
  SlaExceededError,
} from './api/errors.ts';
export type { Fetch } from './api/fetch.ts';
export type { DeviceInput, Drawable, ImageFile, ImageInput, RawPixels } from './api/image.ts';
export { CanvasBlockedError, ImageFormatError, ImageReadError } from './api/image-errors.ts';
export type { ClassifyOptions, Client, ClientOptions } from './api/options.ts';
export type { ClientStatistics } from './api/statistics.ts';
export type {
  AnsweringModel,
  Classification,
  DeviceAnswer,
  Duplication,
  LoadProgress,
  OnDeviceModel,
  Prediction,
  Race,
  Run,
  RunState,
  Source,
} from './api/types.ts';
export type { Resize, Upload, UploadSettings } from './api/upload-settings.ts';
export { createClient } from './client.ts';
export type { ClockEstimate } from './time/clock.ts';
export type { TimeSource } from './time/time-source.ts';

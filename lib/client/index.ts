/**
 * The client: always an answer within the SLA, from the cloud or from the device. Runs in browsers,
 * React Native and Node; needs nothing but `fetch`.
 *
 * @module @mdinference/client
 */

export type { InferResponse, ProblemDocument } from '../core/contract/messages.ts';
export { MdInferenceError } from '../core/errors.ts';
export type { CropSize } from '../core/preprocessing/crop.ts';
export type { Size } from '../core/preprocessing/preprocessing.ts';
export type { Pixels } from '../core/preprocessing/tensor.ts';
export type { UploadEncoding, UploadRung } from '../core/upload/rung.ts';
export { type Auth, type AuthRequest, bearer } from './api/auth.ts';
export type { EncodedImage, EncodeSettings } from './api/codec.ts';
export {
  ApiError,
  ClassifyError,
  DeviceModelError,
  MalformedAnswerError,
  MovedError,
  NetworkError,
  SlaExceededError,
} from './api/errors.ts';
export type { ClientEvent, CommonEvent } from './api/events.ts';
export type { Fetch } from './api/fetch.ts';
export type { DeviceInput, Drawable, ImageFile, ImageInput, RawPixels } from './api/image.ts';
export { ImageFormatError } from './api/image-errors.ts';
export type {
  AtDeadline,
  ClassifyOptions,
  Client,
  ClientOptions,
  CloudUse,
  CommonOptions,
  Duplication,
  Mode,
  PrepareOptions,
  RequestOptions,
} from './api/options.ts';
export type {
  Destination,
  ImagePipeline,
  PipelineImage,
  Post,
  Sending,
  ServedModel,
  ServedModels,
  UploadedImage,
} from './api/pipeline.ts';
export type { ClientStatistics } from './api/statistics.ts';
export type {
  Answered,
  AnsweringModel,
  AnyCloudAnswer,
  AnyDeviceAnswer,
  Classification,
  ClockEstimate,
  DescribedModel,
  DeviceAnswer,
  ImageKind,
  LoadProgress,
  OnDeviceModel,
  Prediction,
  Race,
  Readiness,
  RequestKind,
  Run,
  RunState,
  Source,
} from './api/types.ts';
export type { Upload, UploadSettings } from './api/upload-settings.ts';
export { createClient } from './client.ts';
export type { TimeSource } from './time/time-source.ts';

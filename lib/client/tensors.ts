/**
 * The client for models that take and give tensors: always an answer within the SLA, from the cloud by the
 * Open Inference Protocol, or from the device by any function. Runs in browsers, React Native and Node.
 *
 * @module @mdinference/client/tensors
 */

export type { Datatype } from '../core/contract/datatypes.ts';
export { MdInferenceError } from '../core/errors.ts';
export { bearer } from './api/auth.ts';
export {
  ApiError,
  ClassifyError,
  DeviceModelError,
  MalformedAnswerError,
  MovedError,
  NetworkError,
  SlaExceededError,
} from './api/errors.ts';
export type {
  GivenData,
  GivenTensor,
  GivenTensors,
  HalfFloats,
  InferOptions,
  PrepareTensorsOptions,
  TensorAnswer,
  TensorClient,
  TensorClientOptions,
  TensorCloudAnswer,
  TensorDeviceAnswer,
  TensorFunction,
  TensorKind,
  TensorModel,
  TensorOf,
  TensorRequest,
  TypedData,
  TypedTensor,
  TypedTensors,
} from './api/tensors.ts';
export { RequestTooLargeError } from './tensors/request-too-large-error.ts';
export { createTensorClient } from './tensors/tensor-client.ts';

/** What is used of onnxruntime-react-native, which is not installed here: it has the same API. */
declare module 'onnxruntime-react-native' {
  export { InferenceSession, Tensor } from 'onnxruntime-common';
}

import type { Table3Name } from '../../lib/evaluation/engine/profiles/table-3.ts';
import type { NeuralNetwork } from './onnx/network.ts';
import { denseNet121 } from './onnx/networks/densenet.ts';
import { inceptionResNetV2 } from './onnx/networks/inception-resnet-v2.ts';
import { inceptionV3 } from './onnx/networks/inception-v3.ts';
import { inceptionV4 } from './onnx/networks/inception-v4.ts';
import { mobileNetV1 } from './onnx/networks/mobilenet.ts';
import { nasNetLarge, nasNetMobile } from './onnx/networks/nasnet.ts';
import { squeezeNet } from './onnx/networks/squeezenet.ts';

/** Builds each network of the paper's Table III. */
export const table3Networks: Readonly<Record<Table3Name, () => NeuralNetwork>> = {
  'squeezenet-1.0': squeezeNet,
  'mobilenet-v1-0.25': () => mobileNetV1(0.25),
  'mobilenet-v1-0.5': () => mobileNetV1(0.5),
  'densenet-121': denseNet121,
  'mobilenet-v1-0.75': () => mobileNetV1(0.75),
  'mobilenet-v1-1.0': () => mobileNetV1(1),
  'nasnet-mobile': nasNetMobile,
  'inception-resnet-v2': inceptionResNetV2,
  'inception-v3': inceptionV3,
  'inception-v4': inceptionV4,
  'nasnet-large': nasNetLarge,
};

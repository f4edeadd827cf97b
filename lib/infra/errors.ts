import type { IConstruct } from 'constructs';
import { MdInferenceError } from '../core/errors.ts';

/** A property of a construct that cannot be deployed as it is. */
export class InvalidPropertyError extends MdInferenceError {
  override readonly name = 'InvalidPropertyError';

  /**
   * @param scope - the construct whose property it is; its path begins the message
   * @param property - such as `models.resnet-50.memoryMb`
   */
  constructor(scope: IConstruct, property: string, message: string) {
    super(`${scope.node.path}: ${property} ${message}`);
  }
}

/** The content of a layer cannot be put together on this machine. */
export class LayerError extends MdInferenceError {
  override readonly name = 'LayerError';
}

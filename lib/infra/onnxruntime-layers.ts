import { Architecture, Code, type ILayerVersion, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { emptyLayer, layerContent } from './layer-content.ts';
import { hostModulesContext, nativePackages } from './layer-packages.ts';

/** The native modules that model functions load, onnxruntime-node and sharp: one layer for each architecture. */
export class OnnxruntimeLayers extends Construct {
  /**
   * The layer of an architecture; made when it is first asked for.
   *
   * @throws {@link LayerError} when a package is missing and cannot be fetched
   */
  of(architecture: Architecture): ILayerVersion {
    const { name } = architecture;
    const made = this.node.tryFindChild(name);
    if (made instanceof LayerVersion) return made;
    const isLocal = this.node.tryGetContext(hostModulesContext) === 'true';
    const cpu = architecture === Architecture.ARM_64 ? 'arm64' : 'x64';
    return new LayerVersion(this, name, {
      description: nativePackages.join(' and '),
      compatibleArchitectures: [architecture],
      code: Code.fromAsset(isLocal ? emptyLayer() : layerContent(cpu)),
    });
  }
}

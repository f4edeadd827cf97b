import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { type AssetCode, Code } from 'aws-cdk-lib/aws-lambda';
import type { AssetOptions } from 'aws-cdk-lib/aws-s3-assets';

/**
 * An asset whose content is written by a function on this machine, without Docker, and hashed as
 * written: the same content gives the same template.
 *
 * @param source - the folder that the asset is made of, for CDK's records
 * @param variant - tells assets of the same source apart: CDK builds each of a source and variant once
 * @param build - writes the content into the folder given to it
 */
export function buildAsset(
  source: string,
  variant: string,
  build: (output: string) => void,
): AssetCode {
  // CDK's staging takes extraHash; its declaration of an asset's options forgets to say so.
  const options: AssetOptions & { extraHash: string } = {
    extraHash: variant,
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('unused'),
      local: {
        tryBundle(output) {
          build(output);
          return true;
        },
      },
    },
  };
  return Code.fromAsset(source, options);
}

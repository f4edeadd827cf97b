import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ILayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Catalogue, CatalogueModel } from '../catalogue/schema.ts';
import { LiveAlias, type LiveOptions } from './live-alias.ts';
import { type CommonFunctionProps, requestTimeout, ServiceFunction } from './service-function.ts';

/** Properties of a {@link ModelFunction}. */
export interface ModelFunctionProps extends CommonFunctionProps {
  readonly catalogue: Catalogue;
  readonly catalogueDirectory: string;
  readonly model: CatalogueModel;
  readonly layer: ILayerVersion;
  readonly live: LiveOptions;
}

/** The function that runs one model: its file lies beside its code. */
export class ModelFunction extends ServiceFunction {
  /** The model that runs here. */
  readonly model: CatalogueModel;
  /** What the selector invokes. */
  readonly live: LiveAlias;

  constructor(scope: Construct, id: string, props: ModelFunctionProps) {
    const { catalogue, catalogueDirectory, model } = props;
    super(scope, id, {
      ...props,
      code: 'inference',
      description: `${catalogue.name}: ${model.name} (${model.accuracyPct} %)`,
      addFiles: (directory) => {
        copyFileSync(join(catalogueDirectory, model.file), join(directory, 'model.onnx'));
        // The function needs its own entry only; fewer bytes to read at a cold start.
        const own = { ...catalogue, onDevice: undefined, models: [model], samples: [] };
        writeFileSync(join(directory, 'catalogue.json'), JSON.stringify(own));
      },
      environment: { ...props.environment, MDI_MODEL: model.name },
      layers: [props.layer],
      memoryMb: model.memoryMb,
      timeout: requestTimeout,
    });
    this.model = model;
    this.live = new LiveAlias(this, 'Live', { ...props.live, version: this.version });
  }
}

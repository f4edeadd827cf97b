import { join } from 'node:path';
import { readCatalogue } from '../../lib/service/catalogue/load.ts';
import { inferenceEnvironmentSchema, readEnvironment } from '../../lib/service/environment.ts';
import { Classifier } from '../../lib/service/inference/classifier.ts';
import { withModelFile } from '../../lib/service/inference/model-file.ts';
import { threadsFor } from '../../lib/service/inference/threads.ts';
import { OwnStart } from '../../lib/service/own-start.ts';
import { partitionKey } from '../../lib/service/profiles/keys.ts';
import { ProfileStore, storeOptions } from '../../lib/service/profiles/store.ts';
import { Telemetry } from '../../lib/service/telemetry.ts';
import { modelHandler } from './model-handler.ts';

const environment = readEnvironment(inferenceEnvironmentSchema);
const { MDI_DEPLOYMENT: deployment, MDI_MODEL: name, LAMBDA_TASK_ROOT: directory } = environment;
const { MDI_MODEL_BUCKET: bucket, MDI_MODEL_KEY: key } = environment;

const catalogue = readCatalogue(directory);
const model = catalogue.models.find((listed) => listed.name === name);
if (!model) throw new Error(`the catalogue has no model "${name}"`);

// A version may have been published with other memory than the model is deployed with (mdi tune).
const threads = threadsFor(environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? model.memoryMb);
const load = (path: string) => Classifier.load({ path, catalogue, model, threads });
const classifier =
  bucket && key
    ? await withModelFile({ bucket, key }, model, load)
    : await load(join(directory, 'model.onnx'));

/**
 * By how much the clocks of caller and function may differ, in ms. A process that began earlier than that
 * before its first call was not started for it.
 */
const callerClockToleranceMs = 1_000;

/** A model's function. */
export const handler = modelHandler({
  classifier,
  store: new ProfileStore(storeOptions(environment)),
  profileKey: partitionKey({
    deployment,
    catalogue: catalogue.name,
    model: name,
    sha256: model.sha256,
  }),
  telemetry: new Telemetry(deployment, { logLevel: environment.MDI_LOG_LEVEL }),
  // With provisioned concurrency the model was loaded long before anybody waited for it.
  startedOnDemand: environment.AWS_LAMBDA_INITIALIZATION_TYPE !== 'provisioned-concurrency',
  ownStart: new OwnStart(callerClockToleranceMs),
});

import middy from '@middy/core';
import { z } from 'zod';
import { readCatalogue } from '../../lib/service/catalogue/load.ts';
import { profilerEnvironmentSchema, readEnvironment } from '../../lib/service/environment.ts';
import { FeedbackLedger } from '../../lib/service/feedback/ledger.ts';
import { createLambdaClient } from '../../lib/service/inference/invoke.ts';
import { createProfileClient } from '../../lib/service/profiles/client.ts';
import { emptyStatistics } from '../../lib/service/profiles/statistics.ts';
import { ProfileStore, storeOptions } from '../../lib/service/profiles/store.ts';
import { summaryAttribute, summaryOf } from '../../lib/service/profiles/summary.ts';
import { NewPermissionsRetryStrategy } from './new-permissions.ts';
import { profileModels } from './profile-models.ts';
import { sampleInput } from './sample.ts';

const environment = readEnvironment(profilerEnvironmentSchema);
const { MDI_DEPLOYMENT: deployment, LAMBDA_TASK_ROOT: directory } = environment;
const catalogue = readCatalogue(directory);
const retryStrategy = new NewPermissionsRetryStrategy();
const client = createProfileClient({ retryStrategy });
const ledger = new FeedbackLedger({ client, tableName: environment.MDI_TABLE_NAME, deployment });

/** What the provider framework sends (https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html). */
const eventSchema = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResourceProperties: z.object({ versions: z.record(z.string(), z.string()) }),
});

/** The deploy-time profiler: a custom resource that measures new and changed models. */
export const handler = middy().handler(async (raw: unknown) => {
  const event = eventSchema.parse(raw);
  const physicalResourceId = `${deployment}/${catalogue.name}`;
  // Profiles go with their table; there is nothing else to delete.
  if (event.RequestType === 'Delete') return { PhysicalResourceId: physicalResourceId };
  await ledger.createSecret();
  const baselines = await profileModels({
    deployment,
    catalogue,
    versions: event.ResourceProperties.versions,
    sample: sampleInput(catalogue, directory),
    lambda: createLambdaClient({ retryStrategy }),
    store: new ProfileStore({ ...storeOptions(environment), client }),
    concurrency: environment.MDI_PROFILE_CONCURRENCY,
    measure: {
      maxMs: environment.MDI_PROFILE_MODEL_MS,
      maxRuns: environment.MDI_PROFILE_MAX_RUNS,
      precision: environment.MDI_PROFILE_PRECISION,
    },
  });
  const summaries = catalogue.models.map(({ name, memoryMb }, i) => [
    summaryAttribute(i),
    summaryOf(baselines.get(name) ?? emptyStatistics(), memoryMb),
  ]);
  return { PhysicalResourceId: physicalResourceId, Data: Object.fromEntries(summaries) };
});

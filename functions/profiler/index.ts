import { S3Client } from '@aws-sdk/client-s3';
import middy from '@middy/core';
import { z } from 'zod';
import { readCatalogue } from '../../lib/service/catalogue/load.ts';
import {
  modelFilesSchema,
  modelFilesType,
  profilesSchema,
  profilesType,
  selectorCheckSchema,
  selectorCheckType,
} from '../../lib/service/deployment/custom-resources.ts';
import { profilerEnvironmentSchema, readEnvironment } from '../../lib/service/environment.ts';
import { FeedbackLedger } from '../../lib/service/feedback/ledger.ts';
import { createLambdaClient } from '../../lib/service/inference/invoke.ts';
import { Baselines } from '../../lib/service/profiles/baselines.ts';
import { createProfileClient } from '../../lib/service/profiles/client.ts';
import { summariesOf } from '../../lib/service/profiles/summary.ts';
import { checkSelector } from './check-selector.ts';
import { copyModelFiles, deleteModelFiles } from './model-files.ts';
import { NewPermissionsRetryStrategy } from './new-permissions.ts';
import { profileModels } from './profile-models.ts';
import { sampleInput } from './sample.ts';

const environment = readEnvironment(profilerEnvironmentSchema);
const {
  MDI_DEPLOYMENT: deployment,
  MDI_TABLE_NAME: tableName,
  LAMBDA_TASK_ROOT: directory,
} = environment;
const catalogue = readCatalogue(directory);
const retryStrategy = new NewPermissionsRetryStrategy();
const client = createProfileClient({ retryStrategy });
const baselines = new Baselines({ client, tableName, deployment });
// Every attempt is timed for itself: see attempts.ts.
const lambda = createLambdaClient({ maxAttempts: 1 }, { resend: false });

/** What the provider framework sends (https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html). */
const eventSchema = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResourceType: z.string(),
  PhysicalResourceId: z.string().optional(),
  ResourceProperties: z.unknown(),
  OldResourceProperties: z.unknown().optional(),
});
type Event = z.output<typeof eventSchema>;

type Data = Readonly<Record<string, string>>;

/** What each custom resource does when a stack has it created, updated or deleted. */
const resources: Readonly<Record<string, (event: Event) => Promise<Data | undefined>>> = {
  [modelFilesType]: placeModelFiles,
  [profilesType]: profile,
  [selectorCheckType]: callSelector,
};

/** The functions behind the custom resources of a deployment. */
export const handler = middy().handler(async (raw: unknown) => {
  const event = eventSchema.parse(raw);
  const resource = resources[event.ResourceType];
  if (!resource) throw new Error(`there is no custom resource ${event.ResourceType}`);
  const data = await resource(event);
  // Once given, an id stays: with another one CloudFormation would have the resource of the old one deleted.
  const physicalResourceId = event.PhysicalResourceId ?? `${deployment}/${event.ResourceType}`;
  return { PhysicalResourceId: physicalResourceId, ...(data && { Data: data }) };
});

async function placeModelFiles(event: Event): Promise<undefined> {
  const properties = modelFilesSchema.parse(event.ResourceProperties);
  const s3 = new S3Client({ retryStrategy });
  if (event.RequestType === 'Delete') {
    if (properties.keep === 'false') await deleteModelFiles(s3, properties);
    return;
  }
  const earlier = modelFilesSchema.safeParse(event.OldResourceProperties).data;
  try {
    await copyModelFiles(s3, properties, earlier);
  } catch (error) {
    // What could not be created is not deleted either, and what is in the bucket would keep it.
    if (event.RequestType === 'Create') await deleteModelFiles(s3, properties).catch(() => {});
    throw error;
  }
}

async function profile(event: Event): Promise<Data | undefined> {
  // Profiles go with their table; there is nothing else to delete.
  if (event.RequestType === 'Delete') return undefined;
  const ledger = new FeedbackLedger({ client, tableName, deployment });
  await ledger.createSecret();
  const statistics = await profileModels({
    deployment,
    catalogue,
    versions: profilesSchema.parse(event.ResourceProperties).versions,
    sample: sampleInput(catalogue, directory),
    lambda,
    baselines,
    concurrency: environment.MDI_PROFILE_CONCURRENCY,
    timeoutMs: environment.MDI_PROFILE_TIMEOUT_MS,
    measure: {
      maxMs: environment.MDI_PROFILE_MODEL_MS,
      maxRuns: environment.MDI_PROFILE_MAX_RUNS,
      precision: environment.MDI_PROFILE_PRECISION,
    },
  });
  return summariesOf(catalogue.models, statistics);
}

async function callSelector(event: Event): Promise<undefined> {
  if (event.RequestType === 'Delete') return;
  const { version } = selectorCheckSchema.parse(event.ResourceProperties);
  const untilMs = performance.now() + environment.MDI_PROFILE_TIMEOUT_MS;
  await checkSelector({ lambda, baselines, version, untilMs });
}

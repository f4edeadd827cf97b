import { devNull } from 'node:os';
import { delimiter, join } from 'node:path';
import { localRegion } from '../template/arns.ts';
import type { LambdaFunction } from '../template/functions.ts';

/** Where the services that functions call listen. */
export interface Endpoints {
  readonly lambda: string;
  readonly dynamodb: string;
  readonly s3: string;
}

/** Packages that functions load from this machine's installation instead of their layers. */
export interface HostModules {
  /** Those with code for one operating system and processor. */
  readonly names: readonly string[];
  /** Path of a file that they are resolved from. */
  readonly from: string;
}

/** What a function's processes are given beside what its template says. */
export interface ProcessSettings {
  readonly endpoints: Endpoints;
  /** Variables on top, for every function. */
  readonly variables: Readonly<Record<string, string>>;
  /** @default - none: the layers have what the functions need */
  readonly hostModules?: HostModules | undefined;
}

/** What tells one process of a function from the others. */
export interface ProcessIdentity {
  /** Address of its Runtime API. */
  readonly runtimeApi: string;
  /** Comes with every request that it sends to the endpoints and to its Runtime API. */
  readonly sessionToken: string;
}

/**
 * The variables of a function's processes: Lambda's reserved ones, the template's, and the
 * endpoints of this machine. Nothing of the runner's own environment leaks into a function, nor of
 * its user's AWS configuration.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function environmentVariables(
  fn: LambdaFunction,
  { runtimeApi, sessionToken }: ProcessIdentity,
  { endpoints, variables, hostModules }: ProcessSettings,
): Record<string, string> {
  const { PATH = '', SystemRoot } = process.env;
  return {
    PATH,
    // Windows processes have no sockets without it.
    ...(SystemRoot === undefined ? {} : { SystemRoot }),
    LANG: 'en_US.UTF-8',
    TZ: 'UTC',
    ...fn.variables(),
    ...variables,
    _HANDLER: fn.handler,
    AWS_ACCESS_KEY_ID: fn.accessKeyId,
    AWS_CONFIG_FILE: devNull,
    AWS_DEFAULT_REGION: localRegion,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_LAMBDA: endpoints.lambda,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
    AWS_LAMBDA_FUNCTION_NAME: fn.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${fn.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local/[$LATEST]',
    ...(fn.logFormat === undefined ? {} : { AWS_LAMBDA_LOG_FORMAT: fn.logFormat }),
    ...(fn.logLevel === undefined ? {} : { AWS_LAMBDA_LOG_LEVEL: fn.logLevel }),
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    AWS_REGION: localRegion,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: sessionToken,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    LAMBDA_TASK_ROOT: fn.codeDir,
    LOCAL_RUNTIME: JSON.stringify({ layerDirs: fn.layerDirs, hostModules }),
    NODE_PATH: fn.layerDirs.map((dir) => join(dir, 'nodejs', 'node_modules')).join(delimiter),
  };
}

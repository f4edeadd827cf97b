import { createServer } from 'node:http';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import {
  type CustomResourceEntry,
  createCustomResources,
} from './custom-resource/custom-resource.ts';
import { ResponseInbox } from './custom-resource/response-inbox.ts';
import { type DynamoDbEndpoint, startDynamoDb } from './dynamodb/dynamodb.ts';
import { createTables } from './dynamodb/tables.ts';
import { HttpFront } from './http/http-front.ts';
import type { ProblemKinds } from './http/http-response.ts';
import { stagePath } from './http/stages.ts';
import type { StaticFiles } from './http/static-files.ts';
import { ignoredFeatures } from './ignored-features.ts';
import type { LogEntry } from './lambda/environment.ts';
import type { HostModules } from './lambda/environment-variables.ts';
import { FunctionRegistry, functionNameIn } from './lambda/function-registry.ts';
import { invokeEndpoint } from './lambda/invoke-endpoint.ts';
import { runtimeClient } from './lambda/runtime-client.ts';
import { s3Endpoint } from './s3/s3-endpoint.ts';
import { CallRecorder, type RecordedCall } from './shared/calls.ts';
import { FreezeError } from './shared/errors.ts';
import { close, listen, loopback, urlOf } from './shared/http-server.ts';
import { PurgedConnections } from './shared/purged-connections.ts';
import { type AwsCredentials, SessionTokens } from './shared/session-tokens.ts';
import { apiEndpoint } from './template/arns.ts';
import { readFunctions } from './template/functions.ts';
import { defaultStage, readHttpApis } from './template/http-api.ts';
import { readStack } from './template/stack.ts';

/** What to run, and how. */
export interface StartOptions {
  /** The CDK app's output folder, usually `cdk.out`. */
  readonly assemblyDir: string;
  /** Port of the HTTP API; 0 takes any free port. */
  readonly port: number;
  /** @default '127.0.0.1' */
  readonly host?: string | undefined;
  /**
   * Folder of the tables' files.
   *
   * @default - in memory
   */
  readonly dataDir?: string | undefined;
  /**
   * A DynamoDB endpoint to use instead of dynalite.
   *
   * @default - dynalite
   */
  readonly dynamodbUrl?: string | undefined;
  /** Variables on top of the template's, for every function. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /**
   * Packages that functions load from this machine's installation instead of their layers, which
   * hold those of Lambda's operating system.
   *
   * @default - none: the layers have what the functions need
   */
  readonly hostModules?: HostModules | undefined;
  /**
   * Limit on a function's environments at a time.
   *
   * @default - the number of CPUs, at least 4; at least 10 for a function behind the HTTP API whose
   * environments all hang
   */
  readonly maxEnvironments?: number | undefined;
  /**
   * Served at paths for which the HTTP API has no route but `$default`.
   *
   * @default - none
   */
  readonly files?: StaticFiles | undefined;
  /**
   * Names of hosts that requests to the HTTP API may be for, beside localhost and addresses (whose `Host` no page can
   * make a browser send for a name of its own); `*` is any. The hosts of the API's CORS origins are allowed, too.
   *
   * @default - no others
   */
  readonly allowedHosts?: readonly string[] | undefined;
  /**
   * What errors of the runner's own HTTP front are called, by their HTTP status, so that they are of the same kinds
   * as the API's: RFC 9457's `type` and `title`.
   *
   * @default - `about:blank`, and the name of the status
   */
  readonly problemKinds?: ProblemKinds | undefined;
  /**
   * Paths of the HTTP API whose clients know no problem documents: errors of the runner's own are plain JSON there,
   * with their text in the member `error`.
   *
   * @default - none
   */
  readonly plainErrors?: RegExp | undefined;
  /**
   * Stop each environment's process between events, as Lambda freezes it, and drop its connections to
   * the runner's endpoints when that has lasted for a fifth of a second. For tests: on Lambda it may
   * take minutes.
   *
   * @default false
   */
  readonly freeze?: boolean | undefined;
  readonly onLog?: ((entry: LogEntry) => void) | undefined;
  readonly onCustomResource?: ((entry: CustomResourceEntry) => void) | undefined;
  /** Told in one line when a part of the runner has failed, and what becomes of it. */
  readonly onTrouble?: ((line: string) => void) | undefined;
}

/** A function that runs. */
export interface RunningFunction {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** Process ids of its live execution environments. */
  readonly pids: readonly number[];
  /** How many of them wait for an event. */
  readonly free: number;
  /** Set it to have every invocation throttled (429), as with a reserved concurrency of 0. */
  isThrottled: boolean;
}

/** An assembly that runs. */
export interface RunningAssembly {
  /** Address of the HTTP API's default stage, else of its first one, without a slash at its end. */
  readonly url: string;
  /** Address of the Lambda API, for the AWS SDK. */
  readonly invokeUrl: string;
  /** Address of DynamoDB, for the AWS SDK. */
  readonly dynamodbUrl: string;
  /** What the AWS SDK needs to call either: they take no others. */
  readonly credentials: AwsCredentials;
  readonly functions: readonly RunningFunction[];
  /** The stack's outputs, resolved. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /**
   * Every distinct call that was seen so far, of DynamoDB only with dynalite; by which function, also only with
   * dynalite.
   */
  readonly calls: readonly RecordedCall[];
  /** What the template declares and this runner ignores, a sentence each. */
  readonly notes: readonly string[];
  /** Ends everything. */
  close(): Promise<void>;
}

/** The access key id of the runner's own calls. */
const runnerKeyId = 'local';

/** Lambda starts as many environments as there are requests; one machine should not. */
const minEnvironments = 4;

/**
 * A function behind the API mostly waits for others, and when those hang, it is what callers notice: it may have as
 * many environments as the smallest AWS account.
 */
const minEnvironmentsBehindApi = 10;

/**
 * Runs a synthesized CDK assembly on this machine: its tables, its functions (in processes of
 * their own, under AWS's runtime client), its custom resources, its HTTP API.
 *
 * @throws {@link AssemblyError} when the assembly cannot be run
 * @throws {@link RuntimeClientError} when aws-lambda-ric is not installed
 * @throws {@link FreezeError} when `freeze` is asked for on Windows
 * @throws {@link PortInUseError} when the port is taken
 * @throws {@link TableError} when a table cannot be opened
 * @throws {@link CustomResourceError} when a custom resource fails
 */
export async function startAssembly(options: StartOptions): Promise<RunningAssembly> {
  const { host = loopback, dynamodbUrl } = options;
  if (options.freeze && process.platform === 'win32') throw new FreezeError();
  runtimeClient();
  // Functions run in folders of their own, where a relative path would lead nowhere.
  const stack = readStack(resolve(options.assemblyDir));
  const skipped: string[] = [];
  const declared = readFunctions(stack, skipped);
  // There are servers that keep the tables of each access key apart: then all functions have the runner's own, and
  // nobody can tell their calls apart.
  const functions = dynamodbUrl
    ? declared.map((fn) => ({ ...fn, accessKeyId: runnerKeyId }))
    : declared;
  const callers = declared.map((fn) => [fn.accessKeyId, fn.logicalId] as const);
  const recorder = new CallRecorder(new Map(callers));

  const frozen = options.freeze ? new PurgedConnections() : undefined;
  const tokens = new SessionTokens();
  const endpoint = { recorder, tokens, frozen };
  const credentials = {
    accessKeyId: runnerKeyId,
    secretAccessKey: 'local',
    sessionToken: tokens.issue(),
  };

  await using running = new AsyncDisposableStack();
  const front = running.adopt(await HttpFront.listen(options.port, host), (it) => it.close());
  const url = urlOf(front.port, host);
  const apis = readHttpApis(stack);
  for (const { apiId } of apis.slice(0, 1)) stack.redirect(apiEndpoint(apiId), url);

  const makeTables = (at: string) => createTables(stack, at, credentials);
  const dynamodb: DynamoDbEndpoint = dynamodbUrl
    ? { url: dynamodbUrl, close: () => Promise.resolve() }
    : await startDynamoDb({
        ...endpoint,
        dataDir: options.dataDir,
        onStarted: makeTables,
        onTrouble: options.onTrouble,
      });
  running.defer(() => dynamodb.close());
  if (dynamodbUrl) await makeTables(dynamodbUrl);

  const s3 = running.adopt(createServer(s3Endpoint(stack, endpoint)), close);
  const lambda = running.adopt(createServer(), close);
  const invokeUrl = urlOf(await listen(lambda));
  const behindApi = new Set(
    apis
      .slice(0, 1)
      .flatMap(({ routes }) => routes.map((route) => functionNameIn(route.functionReference))),
  );
  const registry = running.adopt(
    new FunctionRegistry(
      functions,
      {
        endpoints: { lambda: invokeUrl, dynamodb: dynamodb.url, s3: urlOf(await listen(s3)) },
        variables: options.environment ?? {},
        hostModules: options.hostModules,
        onLog: options.onLog,
        tokens,
        frozen,
      },
      (name) => {
        const atOnce = options.maxEnvironments ?? Math.max(minEnvironments, availableParallelism());
        const most = behindApi.has(name) ? Math.max(minEnvironmentsBehindApi, atOnce) : atOnce;
        return { atOnce, most: options.maxEnvironments ?? most };
      },
    ),
    (it) => it.close(),
  );
  lambda.on('request', invokeEndpoint(registry, endpoint));

  const inbox = running.adopt(await ResponseInbox.start(), (it) => it.close());
  await createCustomResources({ stack, registry, inbox, onEntry: options.onCustomResource });

  front.open(apis[0], registry, {
    files: options.files ?? new Map(),
    problemKinds: options.problemKinds ?? {},
    plainErrors: options.plainErrors,
    allowedHosts: [host, ...(options.allowedHosts ?? [])],
  });
  const resources = running.move();
  return {
    url: url + stagePath(apis[0]?.stages ?? [defaultStage]),
    invokeUrl,
    dynamodbUrl: dynamodb.url,
    credentials,
    functions: registry.pools.map((pool) => ({
      logicalId: pool.fn.logicalId,
      name: pool.fn.name,
      arn: pool.fn.arn,
      get pids() {
        return pool.pids;
      },
      get free() {
        return pool.free;
      },
      get isThrottled() {
        return pool.isThrottled;
      },
      set isThrottled(isThrottled) {
        pool.isThrottled = isThrottled;
      },
    })),
    outputs: stack.outputs(),
    calls: recorder.calls,
    notes: [...skipped, ...ignoredFeatures(stack, apis)],
    close: () => resources.disposeAsync(),
  };
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy, type Size } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  type Architecture,
  type ILayerVersion,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
  type Version,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { LogLevel } from '../service/log-levels.ts';
import { acknowledgeTracing } from './acknowledgements.ts';
import { bundle, bundleFile, type FunctionName, withAsset } from './assets.ts';
import { grantNetworkInterfaces, type Network } from './network.ts';

/** How logs are kept. */
export interface LogProps {
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
  /** The key that they are encrypted with; undefined is AWS's. */
  readonly logKey: IKey | undefined;
}

/** What all functions of a service have in common. */
export interface CommonFunctionProps extends LogProps {
  readonly environment: Record<string, string>;
  readonly architecture: Architecture;
  /** Whether versions stay that no alias points to any longer. */
  readonly retainVersions: boolean;
  /** The least severe lines that are logged. */
  readonly logLevel: LogLevel | undefined;
  /** The VPC in which they run; undefined is Lambda's own network. */
  readonly network: Network | undefined;
  /** Whether X-Ray traces calls. */
  readonly tracing: boolean;
}

/** Properties of a {@link ServiceFunction}. */
export interface ServiceFunctionProps extends CommonFunctionProps {
  /** The folder of `functions/` whose handler runs. */
  readonly code: FunctionName;
  /** Writes what the function needs beside its code into its asset. */
  readonly addFiles?: (directory: string) => void;
  readonly description: string;
  /**
   * Its name, at most 64 characters.
   *
   * @default - CloudFormation makes one
   */
  readonly functionName?: string;
  readonly memoryMb: number;
  /**
   * The most environments at the same time.
   *
   * @default - as many as the account has left
   */
  readonly reservedConcurrency?: number | undefined;
  readonly timeout: Duration;
  readonly layers?: ILayerVersion[];
  /**
   * Space in /tmp.
   *
   * @default - Lambda's 512 MB
   */
  readonly ephemeralStorage?: Size;
}

/**
 * One of the service's functions, with a role and a log group of its own: the role can write this log
 * and nothing else until it is granted more.
 */
export class ServiceFunction extends Construct {
  readonly function: LambdaFunction;
  readonly memoryMb: number;
  readonly architecture: Architecture;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    this.memoryMb = props.memoryMb;
    this.architecture = props.architecture;
    const { logGroup, role } = logAndRole(this, '', props);
    this.function = withAsset(
      (folder) => {
        writeFileSync(join(folder, bundleFile), bundle(props.code));
        props.addFiles?.(folder);
      },
      (code) =>
        new LambdaFunction(this, 'Function', {
          ...(props.functionName && { functionName: props.functionName }),
          description: props.description,
          runtime: Runtime.NODEJS_24_X,
          architecture: props.architecture,
          handler: 'index.handler',
          code,
          layers: props.layers ?? [],
          // Else onnxruntime reports every environment that loads it to its vendor.
          environment: {
            ...props.environment,
            ...(props.logLevel && { MDI_LOG_LEVEL: props.logLevel }),
            ORT_DISABLE_TELEMETRY: '1',
          },
          memorySize: props.memoryMb,
          ...(props.ephemeralStorage && { ephemeralStorageSize: props.ephemeralStorage }),
          timeout: props.timeout,
          role,
          logGroup,
          loggingFormat: LoggingFormat.JSON,
          // Not the application's level: below INFO Lambda would drop metrics, too.
          ...(isQuiet(props) && { systemLogLevelV2: SystemLogLevel.WARN }),
          ...props.network,
          ...(props.reservedConcurrency !== undefined && {
            reservedConcurrentExecutions: props.reservedConcurrency,
          }),
          ...(props.retainVersions && { currentVersionOptions: retained }),
          tracing: props.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
        }),
    );
    if (props.tracing) acknowledgeTracing(this);
  }

  /** The function as it is now: a new version as soon as its code or configuration changes. */
  get version(): Version {
    return this.function.currentVersion;
  }
}

/**
 * A log group, and a role that can write it and nothing else.
 *
 * @param prefix - begins the ids of both
 */
export function logAndRole(
  scope: Construct,
  prefix: string,
  { network, ...logs }: LogProps & Pick<CommonFunctionProps, 'network'>,
): { logGroup: LogGroup; role: Role } {
  const logGroup = logGroupOf(scope, `${prefix}Logs`, logs);
  const role = new Role(scope, `${prefix}Role`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  logGroup.grantWrite(role);
  if (network) grantNetworkInterfaces(role);
  return { logGroup, role };
}

/** A log group that is kept as the service's logs are. */
export function logGroupOf(
  scope: Construct,
  id: string,
  { logRetention, removalPolicy, logKey, logGroupName }: LogProps & { logGroupName?: string },
): LogGroup {
  return new LogGroup(scope, id, {
    retention: logRetention,
    removalPolicy,
    ...(logGroupName !== undefined && { logGroupName }),
    ...(logKey && { encryptionKey: logKey }),
  });
}

/** The one that a failing deployment has made goes: Lambda would not publish the same version a second time. */
const retained = { removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE };

function isQuiet({ logLevel = 'WARN' }: Pick<CommonFunctionProps, 'logLevel'>): boolean {
  return logLevel !== 'INFO';
}

/** The longest that a function may take behind an HTTP API, which waits 30 s. */
export const requestTimeout = Duration.seconds(29);

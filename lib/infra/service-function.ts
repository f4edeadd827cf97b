import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, type RemovalPolicy, type Size } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  type Architecture,
  type ILayerVersion,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
  type Version,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledgeTracing } from './acknowledgements.ts';
import { bundle, bundleFile, type FunctionName, withAsset } from './assets.ts';

/** What all functions of a service have in common. */
export interface CommonFunctionProps {
  readonly environment: Record<string, string>;
  readonly architecture: Architecture;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
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
          environment: { ...props.environment, ORT_DISABLE_TELEMETRY: '1' },
          memorySize: props.memoryMb,
          ...(props.ephemeralStorage && { ephemeralStorageSize: props.ephemeralStorage }),
          timeout: props.timeout,
          role,
          logGroup,
          loggingFormat: LoggingFormat.JSON,
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
  { logRetention, removalPolicy }: Pick<CommonFunctionProps, 'logRetention' | 'removalPolicy'>,
): { logGroup: LogGroup; role: Role } {
  const logGroup = new LogGroup(scope, `${prefix}Logs`, { retention: logRetention, removalPolicy });
  const role = new Role(scope, `${prefix}Role`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  logGroup.grantWrite(role);
  return { logGroup, role };
}

/** The longest that a function may take behind an HTTP API, which waits 30 s. */
export const requestTimeout = Duration.seconds(29);

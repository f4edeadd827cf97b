import type { RemovalPolicy } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { LogLevel } from '../service/log-levels.ts';
import type { AlarmOptions } from './alarm-options.ts';
import type { ExistingApi } from './api-routes.ts';
import type { DomainOptions } from './domain.ts';
import type { EncryptionOptions } from './encryption.ts';
import type { VpcOptions } from './network.ts';
import type { TableOptions } from './profile-table.ts';

/** What an account, and the company that it belongs to, asks of a deployment. */
export interface AccountProps {
  /**
   * An HTTP API that is there already, to which the service's routes are added. Its owner decides about CORS, domains
   * and throttling.
   *
   * @default - an API of the construct's own
   */
  readonly api?: ExistingApi;
  /**
   * The name of the construct's own API, which the console shows.
   *
   * @default - made from the construct's path
   */
  readonly apiName?: string;
  /**
   * A domain of your own at which callers find the API.
   *
   * @default - the address that API Gateway gives it
   */
  readonly domain?: DomainOptions;
  /**
   * The VPC in which the functions run.
   *
   * @default - none: they run in Lambda's network
   */
  readonly vpc?: VpcOptions;
  /**
   * Keys of your own for the profile table, the logs and the models in S3.
   *
   * @default - AWS's keys
   */
  readonly encryption?: EncryptionOptions;
  /**
   * How the profile table is protected from being lost.
   *
   * @default - not at all: profiles can be measured again
   */
  readonly table?: TableOptions;
  /**
   * The most environments of the selector at the same time, which no other function of the account can take either;
   * those of a model are set in `models`.
   *
   * @default - as many as the account has left
   */
  readonly reservedConcurrency?: number;
  /**
   * Whether the versions before the current ones stay, so that callers can be sent back to them without a deployment.
   * They count for the account's 75 GB of code.
   *
   * @default false
   */
  readonly retainVersions?: boolean;
  /**
   * Where the alarms are sent: server errors, missed SLAs, fallbacks, models that keep failing, accuracies
   * that feedback has moved, a failed profiler, a throttled table.
   *
   * @default - nowhere: the alarms exist, but notify nobody
   */
  readonly alarmsTopic?: ITopic;
  /**
   * What the alarms do, and at what each rings; `false` is a service without alarms.
   *
   * @default - seven alarms, which tell `alarmsTopic`
   */
  readonly alarms?: AlarmOptions | false;
  /**
   * The least severe lines that are logged: with `INFO` Lambda's own lines of every call, too, with `WARN` warnings
   * and errors, with `ERROR` errors. Metrics and lines of requests (`requestLogShare`) are written with each.
   *
   * @default 'WARN': Lambda's lines of every call would be half of the logs
   */
  readonly logLevel?: LogLevel;
  /**
   * Share of the requests (above 0, up to 1) that are counted in the metrics of requests and of models, which are a
   * large part of the logs. Shares, means and quantiles stay what they are, counts become that part of the requests.
   *
   * @default 1
   */
  readonly metricsShare?: number;
  /**
   * Where the files of models lie that are read from S3: the deployment copies them there, under its own name, and
   * its functions may read nothing else of it.
   *
   * @default - a bucket of the construct's own
   */
  readonly modelBucket?: IBucket;
  /**
   * How long logs are kept.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
  /**
   * What happens to the logs when they leave the stack. A first deployment that fails takes them with it: with
   * `RemovalPolicy.RETAIN` what they say of the failure stays.
   *
   * @default - as `removalPolicy` says
   */
  readonly logRemovalPolicy?: RemovalPolicy;
  /**
   * What happens to the profile table, the models' files in S3 and the logs when they leave the stack. Profiles
   * are measured again by the next deployment; feedback on the models' accuracy would be lost.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Tags of every resource.
   *
   * @default - none
   */
  readonly tags?: Readonly<Record<string, string>>;
}

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
}

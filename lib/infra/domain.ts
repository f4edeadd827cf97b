import { Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib';
import {
  ApiMapping,
  DomainName,
  type HttpStage,
  type IDomainName,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigatewayv2';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ARecord, type IHostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGatewayv2DomainProperties } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import { InvalidPropertyError } from './errors.ts';

/** Where the API is found at a domain. */
export interface DomainPlace {
  /**
   * The path under which the API is found at the domain, such as `vision` for `https://api.example.com/vision/v1/infer`:
   * an API mapping key, which lets several APIs share a domain.
   *
   * @default - none: the API has the domain for itself
   */
  readonly basePath?: string;
  /**
   * Whether the API is reached by its domain only, and no longer by the address that API Gateway gives it.
   *
   * @default true
   */
  readonly disableExecuteApiEndpoint?: boolean;
}

/** A domain that the construct sets up. */
export interface OwnDomain extends DomainPlace {
  /** Such as `vision.example.com`. */
  readonly name: string;
  /** Its certificate, of the region of the stack. */
  readonly certificate: ICertificate;
  /**
   * The zone that gets a record for the domain.
   *
   * @default - none: the record is yours to make, an alias of `service.domainName`
   */
  readonly hostedZone?: IHostedZone;
}

/** A domain that is set up already, such as one that several APIs share. */
export interface SharedDomain extends DomainPlace {
  readonly domainName: IDomainName;
}

/** The domain at which callers find the API. */
export type DomainOptions = OwnDomain | SharedDomain;

/** Properties of a {@link ServiceDomain}. */
export interface ServiceDomainProps {
  readonly domain: DomainOptions;
  readonly stage: HttpStage;
}

/** The API's place at a custom domain. */
export class ServiceDomain extends Construct {
  readonly domainName: IDomainName;
  /** The base URL of the API, without a slash at its end. */
  readonly url: string;

  constructor(scope: Construct, id: string, { domain, stage }: ServiceDomainProps) {
    super(scope, id);
    const { basePath } = domain;
    this.domainName = 'domainName' in domain ? domain.domainName : this.#setUp(domain);
    new ApiMapping(this, 'Mapping', {
      api: stage.api,
      domainName: this.domainName,
      stage,
      ...(basePath !== undefined && { apiMappingKey: basePath }),
    });
    this.url = `https://${this.domainName.name}${basePath === undefined ? '' : `/${basePath}`}`;
  }

  #setUp({ name, certificate, hostedZone }: OwnDomain): DomainName {
    const domainName = new DomainName(this, 'Name', {
      domainName: name,
      certificate,
      securityPolicy: SecurityPolicy.TLS_1_2,
    });
    if (hostedZone) {
      const { regionalDomainName, regionalHostedZoneId } = domainName;
      new ARecord(this, 'Record', {
        zone: hostedZone,
        // With a dot at its end it is never taken for a name within the zone.
        recordName: `${name}.`,
        target: RecordTarget.fromAlias(
          new ApiGatewayv2DomainProperties(regionalDomainName, regionalHostedZoneId),
        ),
      });
    }
    return domainName;
  }
}

/** @throws {@link InvalidPropertyError} for a name, path or certificate that API Gateway would refuse */
export function checkDomain(scope: Construct, domain: DomainOptions): void {
  if (domain.basePath !== undefined) checkBasePath(scope, domain.basePath);
  if ('domainName' in domain) return;
  checkName(scope, domain.name);
  checkCertificate(scope, domain.certificate);
}

function checkName(scope: Construct, name: string): void {
  if (Token.isUnresolved(name)) return;
  if (/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/.test(name))
    return;
  const message = `must be a domain in lower case, without scheme and path, not "${name}"`;
  throw new InvalidPropertyError(scope, 'domain.name', message);
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-mappings.html */
function checkBasePath(scope: Construct, basePath: string): void {
  if (Token.isUnresolved(basePath)) return;
  if (/^[\w$.+!*'()-]+(\/[\w$.+!*'()-]+)*$/.test(basePath) && basePath.length <= 300) return;
  const message = `must be a path of at most 300 characters without a slash at its ends, not "${basePath}"`;
  throw new InvalidPropertyError(scope, 'domain.basePath', message);
}

/** Regional domains take certificates of their own region; those of us-east-1 are for CloudFront. */
function checkCertificate(scope: Construct, certificate: ICertificate): void {
  const { certificateArn, env } = certificate;
  const { region = env.region } = Token.isUnresolved(certificateArn)
    ? env
    : Arn.split(certificateArn, ArnFormat.SLASH_RESOURCE_NAME);
  const { region: ours } = Stack.of(scope);
  if (Token.isUnresolved(region) || Token.isUnresolved(ours) || region === ours) return;
  const message = `must be of ${ours}, as the API is, not of ${region}`;
  throw new InvalidPropertyError(scope, 'domain.certificate', message);
}

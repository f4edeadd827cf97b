import type { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, type CfnGlobalTable, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { feedbackKey, versionsKey } from '../service/profiles/keys.ts';

/** Properties of a {@link ProfileTable}. */
export interface ProfileTableProps {
  /** Begins every partition key (lib/service/profiles/keys.ts). */
  readonly deployment: string;
  readonly removalPolicy: RemovalPolicy;
  readonly protection: TableOptions;
  /** The key that it is encrypted with; undefined is AWS's. */
  readonly key: IKey | undefined;
}

/** How the profile table is protected from being lost. */
export interface TableOptions {
  /**
   * Whether the table's content can be restored, into another table, as it was at any second of the last 35 days.
   *
   * @default false
   */
  readonly pointInTimeRecovery?: boolean;
  /**
   * Whether the table cannot be deleted, by nobody and not with the stack either, until this is turned off.
   *
   * @default false
   */
  readonly deletionProtection?: boolean;
}

/** What DynamoDB does with a key on behalf of those who read a table. */
const readWithKey = ['kms:Decrypt', 'kms:DescribeKey'];

/** And of those who write. */
const writeWithKey = [
  ...readWithKey,
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/** The table of service-time profiles: one baseline and some live windows for each model. */
export class ProfileTable extends TableV2 {
  readonly #profiles: string;
  readonly #feedback: string;
  readonly #versions: string;
  readonly #key: IKey | undefined;

  constructor(scope: Construct, id: string, props: ProfileTableProps) {
    super(scope, id, {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiresAt',
      removalPolicy: props.removalPolicy,
      ...(props.protection.pointInTimeRecovery && {
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      }),
      ...(props.protection.deletionProtection && { deletionProtection: true }),
    });
    this.#key = props.key;
    if (props.key) this.#encrypt(props.key);
    this.#profiles = `${props.deployment}/*`;
    this.#feedback = feedbackKey(props.deployment);
    this.#versions = versionsKey(props.deployment);
  }

  /** As `encryption` would, which does not know a stack's only replica unless the stack has an explicit region. */
  #encrypt(key: IKey): void {
    const table = this.node.defaultChild as CfnGlobalTable;
    table.sseSpecification = { sseEnabled: true, sseType: 'KMS' };
    table.addPropertyOverride('Replicas.0.SSESpecification.KMSMasterKeyId', key.keyArn);
  }

  /** Lets a function read profiles. */
  grantRead(grantee: IGrantable): void {
    this.grant(grantee, 'dynamodb:GetItem', 'dynamodb:Query');
    this.#key?.grant(grantee, ...readWithKey);
  }

  /**
   * Lets a function add to profiles, of one model or of all. Neither the model's file nor the catalogue's
   * name matters: while another one is deployed, versions with the one before it are still serving.
   */
  grantUpdate(grantee: IGrantable, model = '*'): void {
    this.#grantItems(grantee, `${this.#profiles}/${model}@*`, ['dynamodb:UpdateItem']);
  }

  /** Lets a function replace the models' baselines, and keep what was measured of each version. */
  grantReplace(grantee: IGrantable): void {
    for (const key of [`${this.#profiles}/*@*`, this.#versions]) {
      this.#grantItems(grantee, key, ['dynamodb:PutItem']);
    }
  }

  /** Lets a function put and take back marks of counted feedback. */
  grantMark(grantee: IGrantable): void {
    this.#grantItems(grantee, this.#feedback, ['dynamodb:PutItem', 'dynamodb:DeleteItem']);
  }

  /** Lets a function make the secret that answers are signed with. */
  grantCreateSecret(grantee: IGrantable): void {
    this.#grantItems(grantee, this.#feedback, ['dynamodb:PutItem']);
  }

  /** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html */
  #grantItems(grantee: IGrantable, partitionKey: string, actions: string[]): void {
    this.#key?.grant(grantee, ...writeWithKey);
    Grant.addToPrincipal({
      grantee,
      actions,
      resourceArns: [this.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [partitionKey] } },
    });
  }
}

import type { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { feedbackKey } from '../service/profiles/keys.ts';

/** Properties of a {@link ProfileTable}. */
export interface ProfileTableProps {
  /** Begins every partition key (lib/service/profiles/keys.ts). */
  readonly deployment: string;
  readonly removalPolicy: RemovalPolicy;
}

/** The table of service-time profiles: one baseline and some live windows for each model. */
export class ProfileTable extends TableV2 {
  readonly #profiles: string;
  readonly #feedback: string;

  constructor(scope: Construct, id: string, props: ProfileTableProps) {
    super(scope, id, {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      timeToLiveAttribute: 'expiresAt',
      removalPolicy: props.removalPolicy,
    });
    this.#profiles = `${props.deployment}/*`;
    this.#feedback = feedbackKey(props.deployment);
  }

  /** Lets a function read profiles. */
  grantRead(grantee: IGrantable): void {
    this.grant(grantee, 'dynamodb:GetItem', 'dynamodb:Query');
  }

  /**
   * Lets a function add to profiles and replace baselines, of one model or of all. Neither the
   * model's file nor the catalogue's name matters: while another one is deployed, versions with the one before
   * it are still serving.
   */
  grantUpdate(grantee: IGrantable, model = '*'): void {
    this.#grantItems(grantee, `${this.#profiles}/${model}@*`, ['dynamodb:UpdateItem']);
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
    Grant.addToPrincipal({
      grantee,
      actions,
      resourceArns: [this.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [partitionKey] } },
    });
  }
}

/** Values of IAM's condition keys, such as `dynamodb:LeadingKeys`, by the key. */
export type ConditionContext = Readonly<Record<string, readonly string[]>>;

/** One call that a function made: what its role has to allow. */
export interface RecordedCall {
  /** Logical id of the function that called; undefined for a caller outside the assembly. */
  readonly functionLogicalId: string | undefined;
  /** IAM's name of the action, e.g. `lambda:InvokeFunction`. */
  readonly action: string;
  /** ARN of the resource, or `*`. */
  readonly resourceArn: string;
  /** What conditions can ask of the call, as far as the runner looks: the partition key of an item. */
  readonly context: ConditionContext;
}

/** Of more, nothing is kept: a caller could have thousands of items written, each with a key of its own. */
export const maxRecordedCalls = 10_000;

/** Collects every distinct call that the runner's endpoints see, up to {@link maxRecordedCalls}. */
export class CallRecorder {
  readonly calls: RecordedCall[] = [];
  readonly #seen = new Set<string>();
  readonly #functionOf: ReadonlyMap<string, string>;

  /** @param functionOf - from access key id to the logical id of the function that has it */
  constructor(functionOf: ReadonlyMap<string, string>) {
    this.#functionOf = functionOf;
  }

  /** @param authorization - the request's `Authorization` header (Signature Version 4) */
  record(
    authorization: string | undefined,
    action: string,
    resourceArn: string,
    context: ConditionContext = {},
  ): void {
    const accessKeyId = authorization?.match(/Credential=([^/]+)/)?.[1] ?? '';
    const key = `${accessKeyId} ${action} ${resourceArn} ${JSON.stringify(context)}`;
    if (this.#seen.has(key) || this.#seen.size >= maxRecordedCalls) return;
    this.#seen.add(key);
    const functionLogicalId = this.#functionOf.get(accessKeyId);
    this.calls.push({ functionLogicalId, action, resourceArn, context });
  }
}

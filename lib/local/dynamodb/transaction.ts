import { z } from 'zod';

/** One request that a transaction consists of. */
export interface TransactionPart {
  readonly operation: string;
  readonly body: Buffer;
}

const unconditional = z
  .looseObject({ ConditionExpression: z.undefined().optional() })
  .transform((request) => Buffer.from(JSON.stringify(request)));

/** Up to DynamoDB's limit of parts. */
const transaction = z.object({
  TransactItems: z
    .array(
      z.union([
        z.strictObject({ Put: unconditional.transform(partOf('PutItem')) }),
        z.strictObject({ Update: unconditional.transform(partOf('UpdateItem')) }),
        z.strictObject({ Delete: unconditional.transform(partOf('DeleteItem')) }),
      ]),
    )
    .min(1)
    .max(100),
});

/**
 * The requests that a `TransactWriteItems` consists of, which dynalite lacks. They are done one after the other:
 * readers may see some of them, and with conditions there would be nothing to take them back.
 *
 * @returns undefined when it is no transaction, or one with conditions
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
export function partsOfTransaction(body: Buffer): TransactionPart[] | undefined {
  if (body.length === 0) return undefined;
  const { data } = transaction.safeParse(JSON.parse(String(body)));
  return data?.TransactItems.flatMap((item) => Object.values<TransactionPart>(item));
}

function partOf(operation: string) {
  return (body: Buffer): TransactionPart => ({ operation, body });
}

import type { CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { TableError } from '../shared/errors.ts';
import type { AwsCredentials } from '../shared/session-tokens.ts';
import { localRegion } from '../template/arns.ts';
import type { Stack } from '../template/stack.ts';

const keySchema = z.array(
  z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }),
);

const indexSchema = z.object({
  IndexName: z.string(),
  KeySchema: keySchema,
  Projection: z.object({
    ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']).optional(),
    NonKeyAttributes: z.array(z.string()).optional(),
  }),
});

const tableSchema = z.object({
  AttributeDefinitions: z.array(
    z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z.array(indexSchema).optional(),
  LocalSecondaryIndexes: z.array(indexSchema).optional(),
});

/**
 * Creates the stack's tables at a DynamoDB endpoint; those that exist already stay as they are.
 *
 * @throws {@link TableError} when the endpoint does not answer, or has a table of that name with
 * another key
 */
export async function createTables(
  stack: Stack,
  endpoint: string,
  credentials: AwsCredentials,
): Promise<void> {
  const ids = stack.idsOfType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable');
  if (ids.length === 0) return;
  const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
  const client = new DynamoDBClient({
    endpoint,
    region: localRegion,
    credentials,
  });
  try {
    for (const id of ids) await createTable(client, tableOf(stack, id));
  } catch (error) {
    if (error instanceof TableError) throw error;
    throw new TableError(
      `No tables at ${endpoint}: ${error instanceof Error ? error.message : error}`,
    );
  } finally {
    client.destroy();
  }
}

/** What `CreateTable` takes, from a resource of either type. */
function tableOf(stack: Stack, logicalId: string): CreateTableCommandInput {
  return {
    ...tableSchema.parse(stack.properties(logicalId)),
    TableName: stack.physicalId(logicalId),
    BillingMode: 'PAY_PER_REQUEST',
  };
}

async function createTable(client: DynamoDBClient, table: CreateTableCommandInput): Promise<void> {
  const sdk = await import('@aws-sdk/client-dynamodb');
  try {
    await client.send(new sdk.CreateTableCommand(table));
  } catch (error) {
    if (!(error instanceof sdk.ResourceInUseException)) throw error;
    const { Table } = await client.send(
      new sdk.DescribeTableCommand({ TableName: table.TableName }),
    );
    if (keyOf(Table?.KeySchema) === keyOf(table.KeySchema)) return;
    throw new TableError(
      `Table ${table.TableName} exists with key ${keyOf(Table?.KeySchema)}, the template wants ` +
        `${keyOf(table.KeySchema)}: delete the table or the data folder`,
    );
  }
}

function keyOf(schema: CreateTableCommandInput['KeySchema']): string {
  return (schema ?? []).map(({ AttributeName }) => AttributeName).join(' + ');
}

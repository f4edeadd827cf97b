import { z } from 'zod';
import { components } from '../schema-of.ts';

/** A body of JSON. */
export function json(schema: z.ZodType): { content: Record<string, object> } {
  return { content: { 'application/json': { schema: schemaRef(schema) } } };
}

/** Where the document has a schema. */
export function schemaRef(schema: z.ZodType): object {
  return ref('schemas', String(components.get(schema)?.id));
}

/** Where the document has a component. */
export function ref(kind: string, name: string): object {
  return { $ref: `#/components/${kind}/${name}` };
}

/** What is read of requests and answers: members that an older client does not know are no fault. */
export function componentSchemas(): object {
  const uri = (name: string) => `#/components/schemas/${name}`;
  const { schemas } = z.toJSONSchema(components, { io: 'input', uri, override });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema]),
  );
}

/** Without a format, some generators make a number a float32, and an integer an int32. */
export function override({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.type === 'number') jsonSchema.format ??= 'double';
  if (jsonSchema.type === 'integer') {
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    jsonSchema.format ??= 'int64';
  }
  // All names are texts, and OpenAPI 3.0 has no word for it.
  delete jsonSchema.propertyNames;
  // Few generators know `const`.
  if (jsonSchema.const !== undefined) {
    jsonSchema.enum = [jsonSchema.const as string];
    delete jsonSchema.const;
  }
}

import { z } from 'zod';

/** The schemas that the OpenAPI document has as components, by their names there. */
export const components = z.registry<{ id: string }>();

type Readonlike<T> = T extends object ? { readonly [Key in keyof T]: Readonlike<T[Key]> } : T;

/** Whether two types are the same, optional members included. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/**
 * Takes a schema only if what it reads is exactly an interface, so that the two, written apart, cannot
 * drift: `schemaOf<TimeResponse>()(z.object({ ... }))`. Members count as read-only.
 */
export function schemaOf<T>() {
  return <Schema extends z.ZodType>(
    schema: Same<Readonlike<z.output<Schema>>, Readonlike<T>> extends true ? Schema : never,
  ): Schema => schema;
}

import type { z } from 'zod';

/**
 * The first fault that a schema found, in one line: `field models.0.name: must be 1 to 40 letters`.
 *
 * @param names - what messages call one field of the value, and the value itself
 */
export function firstIssue(
  { issues: [issue] }: z.ZodError,
  names: { readonly field: string; readonly whole: string },
): string {
  const path = issue?.path.map(String).join('.');
  return `${path ? `${names.field} ${path}` : names.whole}: ${issue?.message}`;
}

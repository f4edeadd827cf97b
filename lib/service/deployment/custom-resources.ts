import { z } from 'zod';

/**
 * The custom resources that the profiler's function stands behind, in the order in which they are made, and what
 * each is given. CloudFormation hands numbers and booleans over as strings, and CDK leaves out what is empty.
 */

/** The models whose files lie in S3: copied from the stack's assets to where the functions read them. */
export const modelFilesType = 'Custom::MdInferenceModelFiles';

/** Properties of a {@link modelFilesType}. */
export const modelFilesSchema = z.object({
  bucket: z.string(),
  /** The deployment's part of the bucket: begins every key, and ends with a slash. */
  prefix: z.string(),
  /** Whether the files stay when the stack is deleted. */
  keep: z.enum(['true', 'false']),
  files: z
    .array(z.object({ fromBucket: z.string(), fromKey: z.string(), key: z.string() }))
    .default([]),
});

/** Properties of a {@link modelFilesType}. */
export type ModelFilesProperties = z.output<typeof modelFilesSchema>;

/** The versions of the models' functions: measured before callers reach them. */
export const profilesType = 'Custom::MdInferenceProfiles';

/** Properties of a {@link profilesType}. */
export const profilesSchema = z.object({
  /** ARN of the version to measure, by the model's name. */
  versions: z.record(z.string(), z.string()),
});

/** The version of the selector: called before anything is measured, and before callers reach it. */
export const selectorCheckType = 'Custom::MdInferenceSelectorCheck';

/** Properties of a {@link selectorCheckType}. */
export const selectorCheckSchema = z.object({
  /** ARN of the version to call. */
  version: z.string(),
});

import { join } from 'node:path';
import { z } from 'zod';
import { parseFile, readJson } from './catalogue/load.ts';

/** The file beside the selector's code that says what it invokes; its environment is too small for that. */
export const modelFunctionsFile = 'functions.json';

const modelFunctionsSchema = z.record(z.string(), z.string().min(1));

/**
 * Reads what to invoke, `function:alias`, by the model's name.
 *
 * @param directory - the folder of the selector's code
 * @throws {@link CatalogueError} naming the file and what is wrong with it
 */
export function readModelFunctions(directory: string): z.output<typeof modelFunctionsSchema> {
  const path = join(directory, modelFunctionsFile);
  return parseFile(modelFunctionsSchema, readJson(path, 'the names of functions'), path);
}

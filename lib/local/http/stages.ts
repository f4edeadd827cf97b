import { defaultStage } from '../template/http-api.ts';

/** What a path asks for. */
interface StagedPath {
  readonly stage: string;
  /** What the routes of the API are matched with. */
  readonly path: string;
}

/**
 * The stage that a path begins with, else the default stage; undefined when the API has no such stage.
 *
 * @param stages - those of the API
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-stages.html
 */
export function stageOf(stages: readonly string[], path: string): StagedPath | undefined {
  const [, first = ''] = path.split('/', 2);
  if (first !== defaultStage && stages.includes(first)) {
    return { stage: first, path: path.slice(first.length + 1) || '/' };
  }
  return stages.includes(defaultStage) ? { stage: defaultStage, path } : undefined;
}

/** What the address of an API ends with, so that it leads to one of its stages. */
export function stagePath(stages: readonly string[]): string {
  const [stage = defaultStage] = stages;
  return stages.includes(defaultStage) ? '' : `/${stage}`;
}

import type { Datatype } from '../core/contract/datatypes.ts';
import { ProblemError } from '../core/contract/problem.ts';
import type { Tensor } from './tensor.ts';
import { describeTensor } from './tensor-head.ts';

/** A tensor that models take or give, as their catalogue declares it. */
export interface DeclaredTensor {
  readonly name: string;
  readonly datatype: Datatype;
  /** -1 where a dimension is open. */
  readonly shape: readonly number[];
}

/**
 * Checks that a request's inputs are those that the models take, of any order.
 *
 * @throws {@link ProblemError} `wrong-tensor` naming the first that is not
 */
export function checkInputs(inputs: readonly Tensor[], declared: readonly DeclaredTensor[]): void {
  const unknown = inputs.find(({ name }) => !declared.some((it) => it.name === name));
  if (unknown) throw wrong(`there is no input "${unknown.name}"; the models take ${all(declared)}`);
  for (const wanted of declared) {
    const given = inputs.find(({ name }) => name === wanted.name);
    if (!given) throw wrong(`the input ${describeTensor(wanted)} is missing`);
    if (given.datatype !== wanted.datatype || !fits(given.shape, wanted.shape)) {
      throw wrong(`the input ${describeTensor(given)} must be ${describeTensor(wanted)}`);
    }
  }
}

/**
 * Checks that the outputs that are asked for exist.
 *
 * @throws {@link ProblemError} `bad-request` naming the first that does not
 */
export function checkRequestedOutputs(
  asked: readonly { readonly name: string }[],
  declared: readonly DeclaredTensor[],
): void {
  const unknown = asked.find(({ name }) => !declared.some((it) => it.name === name));
  if (!unknown) return;
  throw new ProblemError(
    'bad-request',
    `there is no output "${unknown.name}"; the models give ${all(declared)}`,
  );
}

/** Whether a shape is as declared, whatever the size of open dimensions. */
export function fits(shape: readonly number[], declared: readonly number[]): boolean {
  return (
    shape.length === declared.length &&
    declared.every((side, i) => side === -1 || side === shape[i])
  );
}

function all(declared: readonly DeclaredTensor[]): string {
  return declared.map(describeTensor).join(', ');
}

function wrong(detail: string): ProblemError {
  return new ProblemError('wrong-tensor', detail);
}

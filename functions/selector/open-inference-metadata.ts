import { apiVersion } from '../../lib/core/contract/api-version.ts';
import { ProblemError } from '../../lib/core/contract/problem.ts';
import { modelNameOf } from '../../lib/core/selection/sizes.ts';
import type { DeclaredTensor } from '../../lib/protocol/interface.ts';
import { profiledModels, type ServedCandidate } from './candidates.ts';
import { interfaceOf } from './catalogue-tensors.ts';
import type { Service } from './service.ts';

/** What the answers about models are made of. */
export type MetadataParts = Pick<Service, 'catalogue' | 'models' | 'fieldAccuracies' | 'profiles'>;

/** What of the protocol's extensions is there as a whole. */
const extensions = ['binary_tensor_data', 'classification', 'parameters'];

/** `GET /v2`. */
export function serverMetadata(): object {
  return { name: 'mdinference', version: apiVersion, extensions };
}

/** `GET /v2/models/{catalogue}`: the catalogue is the model, its models are the versions. */
export function modelMetadata(service: MetadataParts): object {
  const { inputs, outputs } = interfaceOf(service.catalogue);
  return {
    name: service.catalogue.name,
    versions: memberNames(service),
    platform: 'onnxruntime_onnx',
    inputs,
    outputs,
  };
}

/** `GET /v2/models/{catalogue}/config`, as Triton has it. */
export function modelConfig({ catalogue }: Pick<Service, 'catalogue'>): object {
  const { inputs, outputs } = interfaceOf(catalogue);
  const describe = ({ name, datatype, shape }: DeclaredTensor) => ({
    name,
    data_type: datatype === 'BYTES' ? 'TYPE_STRING' : `TYPE_${datatype}`,
    dims: shape,
  });
  return {
    name: catalogue.name,
    platform: 'onnxruntime_onnx',
    backend: 'onnxruntime',
    max_batch_size: 0,
    input: inputs.map(describe),
    output: outputs.map(describe),
  };
}

/** The models whose speed has not been measured; of one alone where a name is given. */
export async function unprofiled(service: MetadataParts, member?: string): Promise<string[]> {
  const models = await membersWithProfiles(service, member);
  const unknown = models.filter(({ profile }) => profile.basis === 'reference');
  return [...new Set(unknown.map(modelNameOf))];
}

/** `GET /v2/models/{catalogue}/stats`: what the profiles know, in Triton's words. */
export async function modelStatistics(service: MetadataParts, member?: string): Promise<object> {
  const none = { count: 0, ns: 0 };
  const models = await membersWithProfiles(service, member);
  return {
    model_stats: models.map(({ profile, ...model }) => {
      const count = profile.samples;
      const success = { count, ns: Math.round(count * profile.meanMs * 1e6) };
      return {
        name: service.catalogue.name,
        version: modelNameOf(model),
        last_inference: 0,
        inference_count: count,
        execution_count: count,
        inference_stats: {
          success,
          fail: { count: profile.failures, ns: 0 },
          queue: none,
          compute_input: none,
          compute_infer: success,
          compute_output: none,
          cache_hit: none,
          cache_miss: none,
        },
        batch_stats: [],
      };
    }),
  };
}

/** `POST /v2/repository/index`. */
export async function repositoryIndex(service: MetadataParts): Promise<object[]> {
  const unknown = await unprofiled(service);
  return memberNames(service).map((version) => ({
    name: service.catalogue.name,
    version,
    state: unknown.includes(version) ? 'UNAVAILABLE' : 'READY',
    reason: unknown.includes(version) ? 'it has not been profiled yet' : '',
  }));
}

/**
 * Checks the names in a request's path.
 *
 * @throws {@link ProblemError} `unknown-model`
 */
export function checkNames(
  service: Pick<Service, 'catalogue' | 'models'>,
  { catalogue, model }: { readonly catalogue?: string; readonly model?: string },
): void {
  const { name } = service.catalogue;
  if (catalogue !== undefined && catalogue !== name) {
    throw new ProblemError(
      'unknown-model',
      `there is no model "${catalogue}"; this service has "${name}"`,
    );
  }
  const members = memberNames(service);
  if (model !== undefined && !members.includes(model)) {
    throw new ProblemError(
      'unknown-model',
      `"${name}" has no version "${model}"; its versions are its models: ${members.join(', ')}`,
    );
  }
}

function memberNames({ models }: Pick<Service, 'models'>): string[] {
  return [...new Set(models.map(modelNameOf))];
}

async function membersWithProfiles(
  service: MetadataParts,
  member: string | undefined,
): Promise<ServedCandidate[]> {
  const models = profiledModels(service, await service.profiles.reload());
  return member === undefined ? models : models.filter((it) => modelNameOf(it) === member);
}

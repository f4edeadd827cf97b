import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { quantile } from '../lib/core/statistics/quantile.ts';
import { table3Rows } from '../lib/evaluation/engine/profiles/table-3.ts';
import { ort } from '../lib/service/inference/native.ts';
import { table3Networks } from '../models/table3/networks.ts';
import { decodeModel, encodeModel, type TensorProto } from '../models/table3/onnx/messages.ts';

/*
 * Whether the networks of Table III are as fast with their constant weights as with any others: the
 * same networks with random weights, run in turns.
 */

const rounds = Number(process.argv[2] ?? 20);
const runsPerRound = 3;

console.log('10th percentile of one thread, ms: constant, random, constant / random');
for (const { name } of table3Rows) {
  const { bytes, inputSide } = table3Networks[name]();
  const data = Float32Array.from({ length: 3 * inputSide ** 2 }, () => 2 * Math.random() - 1);
  const image = new ort.Tensor('float32', data, [1, 3, inputSide, inputSide]);
  const constant = await open(bytes);
  const random = await open(withRandomWeights(bytes));
  const times = { constant: [] as number[], random: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.constant.push(...(await timeRuns(constant, image)));
    times.random.push(...(await timeRuns(random, image)));
  }
  const [a, b] = [quantile(times.constant, 0.1), quantile(times.random, 0.1)];
  console.log(`${name}: ${a.toFixed(2)}, ${b.toFixed(2)}, ${(a / b).toFixed(3)}`);
  await Promise.all([constant.release(), random.release()]);
}

function open(bytes: Uint8Array): Promise<InferenceSession> {
  return ort.InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
}

async function timeRuns(session: InferenceSession, image: Tensor): Promise<number[]> {
  // The caches are full of the other network's weights: one run to get this one's back.
  await session.run({ image });
  const times: number[] = [];
  for (let i = 0; i < runsPerRound; i++) {
    const startMs = performance.now();
    await session.run({ image });
    times.push(performance.now() - startMs);
  }
  return times;
}

function withRandomWeights(bytes: Uint8Array): Uint8Array {
  const model = decodeModel(bytes);
  const { node, initializer } = model.graph;
  const shapes = new Map(initializer.map(({ name, int64_data }) => [name, int64_data ?? []]));
  const weights = node
    .filter(({ op_type }) => op_type === 'ConstantOfShape')
    .map(({ input: [shape = ''], output: [name = ''] }) =>
      randomTensor(name, shapes.get(shape) ?? []),
    );
  const rest = node.filter(({ op_type }) => op_type !== 'ConstantOfShape');
  const graph = { ...model.graph, node: rest, initializer: [...initializer, ...weights] };
  return encodeModel({ ...model, graph });
}

/** Of positive and negative numbers that keep activations about as large from layer to layer. */
function randomTensor(name: string, dims: readonly number[]): TensorProto {
  const count = dims.reduce((product, side) => product * side, 1);
  const fanIn = count / (dims[0] ?? 1);
  // The statistics of a batch normalization, a variance among them, and biases are positive.
  const draw =
    dims.length === 1 ? () => Math.random() : () => Math.sqrt(24 / fanIn) * (Math.random() - 0.5);
  return { name, dims, data_type: 'FLOAT', float_data: Array.from({ length: count }, draw) };
}

import { verifyModel } from '../../lib/evaluation/models/verify.ts';
import { sizeNote } from '../../lib/service/catalogue/limits.ts';
import { note, plainTable } from '../shared/output.ts';
import { type AskedModels, chooseFetched } from './choose.ts';

/** `mdi models verify`: whether every model is what its entry describes. */
export async function verify(chosen: AskedModels, { json }: { json?: true }): Promise<void> {
  const { directory, catalogue, models } = chooseFetched(chosen);
  const results: { model: string; ok: boolean; problem: string | null }[] = [];
  for (const model of models) {
    const problem = await verifyModel(directory, catalogue, model).then(
      () => null,
      (error: Error) => error.message,
    );
    results.push({ model: model.name, ok: problem === null, problem });
    const size = sizeNote(model);
    if (size) note(`${size}.`);
  }
  if (json) console.log(JSON.stringify(results, null, 2));
  else {
    const table = plainTable(['model', ''], { textColumns: 2, compact: true });
    for (const { model, problem } of results) table.push([model, problem ?? 'ok']);
    console.log(table.toString());
  }
  const wrong = results.filter(({ ok }) => !ok).map(({ model }) => model);
  if (wrong.length > 0) throw new Error(`not right: ${wrong.join(', ')}`);
}

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import imagenet from '../../../../models/imagenet/catalogue.json' with { type: 'json' };
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

/** A folder with the 41 models of `models/imagenet`, whose files are some bytes long. */
export function manyModels(): string {
  const folder = temporaryFolder();
  const models = imagenet.models.map((model) => {
    const text = `the network of ${model.name}`;
    // ONNX with an empty graph, and this text as its description.
    const content = `\x3a\0\x32${String.fromCharCode(text.length)}${text}`;
    const path = join(folder, model.file);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
    const sha256 = createHash('sha256').update(content).digest('hex');
    return { accuracyPct: 70, ...model, sha256, bytes: content.length };
  });
  const catalogue = { ...imagenet, models, samples: [], ladder: undefined };
  writeFileSync(join(folder, 'catalogue.json'), JSON.stringify(catalogue));
  return folder;
}

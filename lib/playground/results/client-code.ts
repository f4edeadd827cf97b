import type { Conditions } from '../requests/session.ts';

/** What the code of an app depends on. */
export interface CodeOptions {
  readonly endpoint: string;
  readonly conditions: Conditions;
  readonly catalogue: string;
  /** The device's model and its file; undefined when there is none. */
  readonly device?: { readonly name: string; readonly file: string } | undefined;
}

/** TypeScript of a web app whose client behaves as the page's does under these conditions. */
export function clientCode({ endpoint, conditions, catalogue, device }: CodeOptions): string {
  const { slaMs, mode, policy, cloud, upload } = conditions;
  const runsOnDevice = device !== undefined && mode !== 'cloud-only';
  const races = runsOnDevice && mode === 'race';
  const folder = `/models/${catalogue}`;
  const lines = [
    "import { createClient } from '@mdinference/client';",
    runsOnDevice &&
      "import { describeModel, onnxruntimeWeb } from '@mdinference/client/onnxruntime-web';",
    '',
    runsOnDevice && '// The catalogue and its model for devices lie beside your page.',
    runsOnDevice && `const catalogue = await (await fetch('${folder}/catalogue.json')).json();`,
    'const client = createClient({',
    `  endpoint: '${endpoint}',`,
    `  slaMs: ${slaMs},`,
    mode !== 'race' && `  mode: '${mode}',`,
    races && policy !== 'always' && `  duplication: '${policy}',`,
    races && cloud !== 'always' && `  cloud: '${cloud}',`,
    mode !== 'device-only' && upload !== 'adaptive' && `  upload: '${upload}',`,
    runsOnDevice && '  onDevice: onnxruntimeWeb({',
    runsOnDevice && `    ...describeModel(catalogue, '${device.name}'),`,
    runsOnDevice && `    model: '${folder}/${device.file}',`,
    runsOnDevice && '  }),',
    '});',
    'await client.prepare();',
    '',
    '/** What is in a photo. */',
    'export async function labelOf(photo: Blob): Promise<string | undefined> {',
    races && '  const { predictions, source, timing } = await client.classify(photo, {',
    races && "    onInterim: (answer) => console.log('so far:', answer.predictions[0]?.label),",
    races && '  });',
    !races && '  const { predictions, source, timing } = await client.classify(photo);',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code that is shown
    '  console.log(`${predictions[0]?.label}, from the ${source} after ${timing.totalMs} ms`);',
    '  return predictions[0]?.label;',
    '}',
  ];
  return lines.filter((line) => line !== false).join('\n');
}

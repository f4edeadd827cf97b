import type { OnDeviceModel } from '../../client/index.ts';
import type { Conditions } from '../requests/session.ts';
import { byId } from './dom.ts';

type Choices = Pick<Conditions, 'mode' | 'cloud' | 'policy' | 'upload'>;
type Notes<Value extends string> = Readonly<Record<Value, string>>;

const modeNotes: Notes<Choices['mode']> = {
  race: 'The cloud and the device: whoever has the better answer in time.',
  'device-only': 'Nothing leaves the device.',
  'cloud-only': 'The device’s model is not run, nor loaded.',
};
const cloudNotes: Notes<Choices['cloud']> = {
  always: 'With every picture.',
  'when-unsure': 'The device runs first; where it is sure, nothing is uploaded.',
};
const policyNotes: Notes<Choices['policy']> = {
  always: 'Beside every request: always an answer in time.',
  'when-needed': 'As late as it can while the cloud is likely to be in time: saves energy.',
  never: 'Only when the cloud has failed, or is late.',
};
const uploadNotes: Notes<Choices['upload']> = {
  adaptive: 'What promises the most accurate answer over this network, by the last uploads.',
  view: 'The pixels that the models see, at a quality that loses nothing.',
  original: 'The file as it is.',
};
const noModel =
  'The catalogue names no model for devices (onDevice), or its file is not here: only the cloud answers.';
const noReliability =
  'How sure the device’s model may be is not measured: run “mdi models evaluate --write”.';

/** Who may answer, and when the cloud and the device are asked. */
export class ChoicesPanel {
  readonly #device: OnDeviceModel | undefined;

  /** @param device - undefined when there is no model on the device, and so nothing to choose */
  constructor(device: OnDeviceModel | undefined) {
    this.#device = device;
    byId('settings', HTMLFormElement).addEventListener('change', () => this.#update());
    this.#update();
  }

  get chosen(): Choices {
    const upload = checked('upload', uploadNotes);
    if (!this.#device) return { mode: 'cloud-only', cloud: 'always', policy: 'always', upload };
    const mode = checked('mode', modeNotes);
    return {
      mode,
      // The cloud alone has no device that could be sure.
      cloud: mode === 'race' ? checked('cloud', cloudNotes) : 'always',
      policy: checked('policy', policyNotes),
      upload,
    };
  }

  /** Says what is chosen, and closes what cannot be. */
  #update(): void {
    const { mode, cloud, policy, upload } = this.chosen;
    const isKnown = this.#device?.chanceOf !== undefined;
    allow('mode', this.#device !== undefined);
    allow('cloud', isKnown);
    // A device that decides whether to upload runs first, whatever the policy.
    allow('policy', cloud === 'always');
    allow('upload', mode !== 'device-only');
    for (const group of document.querySelectorAll<HTMLElement>('.of-the-race')) {
      group.hidden = mode !== 'race';
    }
    const say = (id: string, text: string) => {
      byId(id, HTMLElement).textContent = text;
    };
    say('mode-note', this.#device ? modeNotes[mode] : noModel);
    say('upload-note', mode === 'device-only' ? modeNotes[mode] : uploadNotes[upload]);
    say('cloud-note', isKnown ? cloudNotes[cloud] : noReliability);
    say('policy-note', cloud === 'always' ? policyNotes[policy] : 'First of all, always.');
  }
}

function radios(name: string): HTMLInputElement[] {
  return [...document.querySelectorAll<HTMLInputElement>(`input[name=${name}]`)];
}

function checked<Value extends string>(name: string, values: Notes<Value>): Value {
  const { value = '' } = radios(name).find((radio) => radio.checked) ?? {};
  const known = (Object.keys(values) as Value[]).find((key) => key === value);
  if (known === undefined) throw new Error(`index.html has no choice “${value}” of ${name}`);
  return known;
}

function allow(name: string, isAllowed: boolean): void {
  for (const radio of radios(name)) radio.disabled = !isAllowed;
}

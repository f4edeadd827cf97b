import type { Duplication } from '../../client/index.ts';
import { type Network, networkGroups, noNetwork } from '../requests/network.ts';
import { byId, make } from './dom.ts';

const policyNotes: Readonly<Record<Duplication, string>> = {
  always: 'Beside every request: always an answer in time.',
  'when-needed': 'As late as it can while the cloud is likely to be in time: saves energy.',
  never: 'Only when the cloud has failed, or is late.',
};

const custom = 'custom';

/** The conditions of the next request: SLA, network, policy. */
export class SettingsPanel {
  readonly #sla = byId('sla', HTMLInputElement);
  readonly #select = byId('network', HTMLSelectElement);
  readonly #note = byId('network-note', HTMLElement);
  readonly #sliders = {
    upload: byId('upload', HTMLInputElement),
    download: byId('download', HTMLInputElement),
    jitter: byId('jitter', HTMLInputElement),
  };
  #network: Network = noNetwork;

  /** @param hasDevice - false when there is no model on the device, and so no policy to choose */
  constructor(hasDevice: boolean) {
    byId('settings', HTMLFormElement).addEventListener('submit', (event) => event.preventDefault());
    this.#joinSlaFields();
    this.#listNetworks();
    for (const slider of Object.values(this.#sliders)) {
      slider.addEventListener('input', () => this.#readSliders());
    }
    this.#offerPolicies(hasDevice);
  }

  /** In ms, within what the service takes. */
  get slaMs(): number {
    const { valueAsNumber } = this.#sla;
    return Math.min(29_000, Math.max(1, Number.isNaN(valueAsNumber) ? 250 : valueAsNumber));
  }

  get network(): Network {
    return this.#network;
  }

  get policy(): Duplication {
    const checked = document.querySelector<HTMLInputElement>('input[name=policy]:checked');
    return (checked?.value ?? 'always') as Duplication;
  }

  #joinSlaFields(): void {
    const range = byId('sla-range', HTMLInputElement);
    range.value = this.#sla.value;
    range.addEventListener('input', () => {
      this.#sla.value = range.value;
    });
    this.#sla.addEventListener('input', () => {
      range.value = this.#sla.value;
    });
    this.#sla.addEventListener('change', () => {
      this.#sla.value = String(this.slaMs);
    });
  }

  #listNetworks(): void {
    const known = new Map<string, { network: Network; source: string }>();
    for (const { heading, networks, source } of networkGroups) {
      const group = make('optgroup', { label: heading });
      for (const network of networks) {
        group.append(make('option', { value: network.name }, network.name));
        known.set(network.name, { network, source });
      }
      this.#select.append(group);
    }
    this.#select.append(make('option', { value: custom }, 'by the sliders'));
    const choose = () => {
      const chosen = known.get(this.#select.value);
      if (chosen) this.#take(chosen.network, chosen.source);
      else this.#readSliders();
    };
    this.#select.addEventListener('change', choose);
    choose();
  }

  #take(network: Network, source: string): void {
    this.#network = network;
    this.#note.textContent = source;
    const { upload, download, jitter } = this.#sliders;
    upload.value = String(network.uploadMs);
    download.value = String(network.downloadMs);
    jitter.value = String(network.uploadSigma);
    byId('sliders', HTMLElement).hidden = network.fault !== undefined;
    this.#showValues();
  }

  #readSliders(): void {
    const { upload, download, jitter } = this.#sliders;
    this.#network = {
      name: custom,
      uploadMs: upload.valueAsNumber,
      uploadSigma: jitter.valueAsNumber,
      downloadMs: download.valueAsNumber,
      downloadSigma: jitter.valueAsNumber,
    };
    this.#select.value = custom;
    this.#note.textContent = 'Lognormal, with these medians.';
    byId('sliders', HTMLElement).hidden = false;
    this.#showValues();
  }

  #showValues(): void {
    const { upload, download, jitter } = this.#sliders;
    const factor = Math.exp(jitter.valueAsNumber).toFixed(1);
    byId('upload-value', HTMLOutputElement).value = `${upload.value} ms`;
    byId('download-value', HTMLOutputElement).value = `${download.value} ms`;
    byId('jitter-value', HTMLOutputElement).value = `÷ ${factor} to × ${factor}`;
  }

  #offerPolicies(hasDevice: boolean): void {
    const note = byId('policy-note', HTMLElement);
    const show = () => {
      note.textContent = hasDevice
        ? policyNotes[this.policy]
        : 'The catalogue names no model for devices (onDevice), or its file is not here: only the cloud answers.';
    };
    for (const radio of document.querySelectorAll<HTMLInputElement>('input[name=policy]')) {
      radio.disabled = !hasDevice;
      radio.addEventListener('change', show);
    }
    show();
  }
}

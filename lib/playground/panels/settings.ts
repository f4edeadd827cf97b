import type { OnDeviceModel } from '../../client/index.ts';
import { type Network, networkGroups, noNetwork } from '../requests/network.ts';
import type { Conditions } from '../requests/session.ts';
import { ChoicesPanel } from './choices.ts';
import { byId, make } from './dom.ts';

const custom = 'custom';

/** The conditions of the next request: SLA, network, who may answer. */
export class SettingsPanel {
  readonly #sla = byId('sla', HTMLInputElement);
  readonly #select = byId('network', HTMLSelectElement);
  readonly #note = byId('network-note', HTMLElement);
  readonly #sliders = {
    upload: byId('upload', HTMLInputElement),
    download: byId('download', HTMLInputElement),
    jitter: byId('jitter', HTMLInputElement),
  };
  readonly #form = byId('settings', HTMLFormElement);
  readonly #choices: ChoicesPanel;
  #network: Network = noNetwork;

  /** @param device - undefined when there is no model on the device */
  constructor(device: OnDeviceModel | undefined) {
    this.#form.addEventListener('submit', (event) => event.preventDefault());
    this.#joinSlaFields();
    this.#listNetworks();
    for (const slider of Object.values(this.#sliders)) {
      slider.addEventListener('input', () => this.#readSliders());
    }
    this.#choices = new ChoicesPanel(device);
  }

  /** Does something whenever the conditions change. */
  onChange(changed: () => void): void {
    this.#form.addEventListener('input', changed);
    this.#form.addEventListener('change', changed);
  }

  /** In ms, within what the service takes. */
  get slaMs(): number {
    const { valueAsNumber } = this.#sla;
    return Math.min(29_000, Math.max(1, Number.isNaN(valueAsNumber) ? 250 : valueAsNumber));
  }

  get network(): Network {
    return this.#network;
  }

  get conditions(): Conditions {
    return { slaMs: this.slaMs, ...this.#choices.chosen };
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
      uploadBytes: noNetwork.uploadBytes,
      downloadMs: download.valueAsNumber,
      downloadSigma: jitter.valueAsNumber,
    };
    this.#select.value = custom;
    this.#note.textContent =
      'Lognormal, with these medians for 12 KB up. What is larger or smaller takes longer or less long in proportion.';
    byId('sliders', HTMLElement).hidden = false;
    this.#showValues();
  }

  #showValues(): void {
    const { upload, download, jitter } = this.#sliders;
    const factor = Math.exp(jitter.valueAsNumber);
    const [fromMs, toMs] = [upload.valueAsNumber / factor, upload.valueAsNumber * factor];
    byId('upload-value', HTMLOutputElement).value = `${upload.value} ms`;
    byId('download-value', HTMLOutputElement).value = `${download.value} ms`;
    byId('jitter-value', HTMLOutputElement).value =
      upload.valueAsNumber === 0
        ? 'none'
        : `2 of 3 uploads: ${fromMs.toFixed(0)} to ${toMs.toFixed(0)} ms`;
  }
}

import type { Race } from '../../client/index.ts';
import { cloudLane, deviceLane, type Lane, type Stretch } from '../results/lanes.ts';
import { byId, make, prefersStillness, setProperties } from './dom.ts';

/** The time line reaches beyond the deadline by this share of it. */
const beyond = 1.4;
/** How long the time line takes to draw itself, in ms. */
const playMs = 1_600;
const names = { cloud: 'Cloud', device: 'Device' };

/** The time line: what the cloud and the device did, and the deadline. */
export class RacePanel {
  readonly #track = byId('track', HTMLElement);
  readonly #replay = byId('replay', HTMLButtonElement);
  #animations: Animation[] = [];
  /** The race on show. */
  shown: Race | undefined;

  constructor() {
    this.#replay.addEventListener('click', () => this.#play());
    this.#draw(undefined);
  }

  /** Shows a race; with `inSlowMotion` it runs again before one's eyes. */
  show(race: Race, options: { inSlowMotion: boolean }): void {
    this.shown = race;
    this.#draw(race);
    this.#replay.hidden = prefersStillness();
    if (options.inSlowMotion) this.#play();
  }

  /** Completes a race that is on show, by what has happened since. */
  complete(race: Race): void {
    const times = this.#animations.map(({ currentTime }) => currentTime);
    const wasPlaying = this.#animations.some(({ playState }) => playState === 'running');
    this.#draw(race);
    if (!wasPlaying) return;
    this.#play();
    for (const animation of this.#animations) animation.currentTime = times[0] ?? 0;
  }

  #draw(race: Race | undefined): void {
    const slaMs = race?.slaMs ?? 250;
    const share = (ms: number) => Math.min(1, Math.max(0, ms / (slaMs * beyond)));
    const cloud = race && cloudLane(race);
    const device = race && deviceLane(race);
    const lanes = make(
      'div',
      { class: 'lanes' },
      laneRow('cloud', cloud, { share, hasWon: race?.winner === 'cloud' }),
      (!race || device) && laneRow('device', device, { share, hasWon: race?.winner === 'device' }),
    );
    const deadline = make(
      'div',
      { class: 'deadline' },
      make('span', {}, `SLA ${Math.round(slaMs)} ms`),
    );
    setProperties(deadline, { '--at': String(share(slaMs)) });
    const cursor = make('div', { class: 'cursor' });
    const plane = make('div', { class: 'plane' }, deadline, cursor);
    this.#track.replaceChildren(lanes, plane, axis(slaMs, share));
    this.#track.setAttribute('aria-label', race ? inWords(cloud, device) : 'No request yet');
    this.#track.dataset.winner = race?.winner ?? '';
  }

  #play(): void {
    for (const animation of this.#animations) animation.cancel();
    this.#animations = [];
    if (prefersStillness()) return;
    const timing = { duration: playMs, easing: 'linear' };
    for (const bars of this.#track.querySelectorAll('.bars')) {
      const frames = [
        { clipPath: 'inset(-8px 100% -8px 0)' },
        { clipPath: 'inset(-8px 0 -8px 0)' },
      ];
      this.#animations.push(bars.animate(frames, timing));
    }
    const cursor = this.#track.querySelector('.cursor');
    const path = [
      { left: '0', opacity: 1 },
      { left: '100%', opacity: 1 },
    ];
    if (cursor) this.#animations.push(cursor.animate(path, timing));
  }
}

function laneRow(
  kind: 'cloud' | 'device',
  lane: Lane | undefined,
  { share, hasWon }: { share: (ms: number) => number; hasWon: boolean },
): HTMLElement {
  const bars = make('div', { class: 'bars' }, ...(lane?.stretches ?? []).map(bar(share)));
  return make(
    'div',
    { class: `lane ${kind}${hasWon ? ' winner' : ''}` },
    make(
      'div',
      { class: 'lane-name' },
      make('span', {}, make('b', {}, names[kind]), ` ${lane?.model ?? ''}`),
      make('span', { class: 'end' }, lane?.end ?? '', hasWon && ' ✓ taken'),
    ),
    make('div', { class: 'rail' }, bars),
  );
}

function bar(share: (ms: number) => number): (stretch: Stretch) => HTMLElement {
  return ({ kind, fromMs, toMs, label }) => {
    const [from, to] = [share(fromMs), share(toMs)];
    const isOpen = kind === 'pending' || to === 1;
    const title = label === '' ? '' : `${label}: ${(toMs - fromMs).toFixed(1)} ms`;
    const element = make(
      'div',
      { class: `bar ${kind}${isOpen ? ' open' : ''}`, title },
      // A name that does not fit is better not there.
      to - from > 0.1 ? make('span', {}, label) : undefined,
    );
    setProperties(element, { '--from': String(from), '--to': String(to) });
    return element;
  };
}

function axis(slaMs: number, share: (ms: number) => number): HTMLElement {
  const step = niceStep((slaMs * beyond) / 5);
  const ticks: HTMLElement[] = [];
  for (let ms = 0; ms <= slaMs * beyond * 0.97; ms += step) {
    const tick = make('span', {}, `${ms}`);
    setProperties(tick, { '--at': String(share(ms)) });
    ticks.push(tick);
  }
  return make('div', { class: 'axis' }, ...ticks);
}

/** 1, 2 or 5 times a power of ten, at least some ms. */
function niceStep(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, ms)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= ms) ?? 10 * power;
}

function inWords(cloud: Lane | undefined, device: Lane | undefined): string {
  const words = (kind: keyof typeof names, lane: Lane | undefined) =>
    lane && `${names[kind]}: ${lane.model ?? ''} ${lane.end}`;
  return [words('cloud', cloud), words('device', device)].filter(Boolean).join('. ');
}

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
    const place = (ms: number) => Math.max(0, ms / (slaMs * beyond));
    const cloud = race && cloudLane(race);
    const device = race && deviceLane(race);
    const hasDevice = !race || device !== undefined;
    const winner = race?.winner;
    const deadline = make(
      'div',
      { class: 'deadline' },
      make('span', {}, `SLA ${Math.round(slaMs)} ms`),
    );
    setProperties(deadline, { '--at': String(place(slaMs)) });
    const rails = make(
      'div',
      { class: 'rails' },
      rail('cloud', cloud, place),
      hasDevice && rail('device', device, place),
    );
    // Captions stand above and below: none of them crosses the deadline.
    this.#track.replaceChildren(
      caption('cloud', cloud, winner === 'cloud'),
      make('div', { class: 'plane' }, rails, deadline, make('div', { class: 'cursor' })),
      axis(slaMs, place),
      ...(hasDevice ? [caption('device', device, winner === 'device')] : []),
    );
    this.#track.setAttribute('aria-label', race ? inWords(cloud, device) : 'No request yet');
    this.#track.dataset.winner = winner ?? '';
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

function caption(kind: keyof typeof names, lane: Lane | undefined, hasWon: boolean): HTMLElement {
  return make(
    'p',
    { class: `lane-name ${kind}${hasWon ? ' winner' : ''}` },
    make('span', {}, make('b', {}, names[kind]), ` ${lane?.model ?? ''}`),
    make('span', { class: 'end' }, lane?.end ?? '', hasWon && ' ✓ taken'),
  );
}

function rail(
  kind: keyof typeof names,
  lane: Lane | undefined,
  place: (ms: number) => number,
): HTMLElement {
  const stretches = lane?.stretches ?? [];
  const endMs = stretches.at(-1)?.toMs ?? 0;
  return make(
    'div',
    { class: `lane ${kind}` },
    make('div', { class: 'bars' }, ...stretches.map((stretch) => bar(stretch, place))),
    place(endMs) > 1 && make('div', { class: 'beyond' }, beyondWords(endMs)),
  );
}

/** What ends beyond the axis says so there. */
function beyondWords(endMs: number): string {
  return Number.isFinite(endMs) ? `${endMs.toFixed(0)} ms →` : '→';
}

function bar(
  { kind, fromMs, toMs, label }: Stretch,
  place: (ms: number) => number,
): HTMLElement | undefined {
  const [from, to] = [place(fromMs), Math.min(1, place(toMs))];
  if (from >= 1) return undefined;
  const isOpen = kind === 'pending' || to === 1;
  const title = label === '' ? '' : `${label}: ${(toMs - fromMs).toFixed(1)} ms`;
  const element = make(
    'div',
    { class: `bar ${kind}${isOpen ? ' open' : ''}`, title },
    // A name that does not fit is better not there.
    to - from > 0.12 && make('span', {}, label),
  );
  setProperties(element, { '--from': String(from), '--to': String(to) });
  return element;
}

function axis(slaMs: number, place: (ms: number) => number): HTMLElement {
  const step = niceStep((slaMs * beyond) / 5);
  const ticks: HTMLElement[] = [];
  for (let ms = 0; ms <= slaMs * beyond * 0.97; ms += step) {
    const tick = make('span', {}, `${ms}`);
    setProperties(tick, { '--at': String(place(ms)) });
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

const paper = '#c9d3dd';
const ink = '#2b3a67';

/** Lets the user draw on a canvas with mouse, pen or finger; a closed line becomes a filled figure. */
export class Drawing {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #onChange: () => void;
  #line: { x: number; y: number }[] = [];
  #isOwn = false;

  /** @param onChange - called after every line */
  constructor(canvas: HTMLCanvasElement, onChange: () => void) {
    const context = canvas.getContext('2d');
    if (!context) throw new Error('this browser cannot draw');
    this.#canvas = canvas;
    this.#context = context;
    this.#onChange = onChange;
    canvas.addEventListener('pointerdown', (event) => this.#begin(event));
    canvas.addEventListener('pointermove', (event) => this.#go(event));
    for (const end of ['pointerup', 'pointercancel'] as const) {
      canvas.addEventListener(end, () => this.#end());
    }
  }

  /** An empty sheet. */
  clear(): void {
    this.#context.fillStyle = paper;
    this.#context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
    this.#setOwn(true);
  }

  /** Shows a picture, its middle where it is not square. */
  show(bitmap: ImageBitmap): void {
    const { width, height } = this.#canvas;
    const scale = Math.max(width / bitmap.width, height / bitmap.height);
    const [w, h] = [bitmap.width * scale, bitmap.height * scale];
    this.#context.drawImage(bitmap, (width - w) / 2, (height - h) / 2, w, h);
    this.#setOwn(false);
  }

  #setOwn(isOwn: boolean): void {
    this.#isOwn = isOwn;
    this.#canvas.classList.toggle('sheet', isOwn);
  }

  #begin(event: PointerEvent): void {
    if (event.button !== 0) return;
    if (!this.#isOwn) {
      // A finger that scrolls the page must not wipe the picture out.
      if (event.pointerType === 'touch') return;
      // A line over somebody else's picture would be no drawing.
      this.clear();
    }
    this.#canvas.setPointerCapture(event.pointerId);
    this.#line = [this.#pointOf(event)];
    event.preventDefault();
  }

  #go(event: PointerEvent): void {
    if (this.#line.length === 0) return;
    this.#line.push(this.#pointOf(event));
    this.#stroke();
  }

  #end(): void {
    const [first, last] = [this.#line[0], this.#line.at(-1)];
    if (!first || !last) return;
    this.#stroke();
    const gap = Math.hypot(first.x - last.x, first.y - last.y);
    if (this.#line.length > 8 && gap < this.#canvas.width / 6) {
      this.#context.fillStyle = ink;
      this.#context.fill();
    }
    this.#line = [];
    this.#onChange();
  }

  #stroke(): void {
    const context = this.#context;
    context.strokeStyle = ink;
    context.lineWidth = this.#canvas.width / 16;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    context.beginPath();
    for (const { x, y } of this.#line) context.lineTo(x, y);
    context.stroke();
  }

  #pointOf({ clientX, clientY }: PointerEvent): { x: number; y: number } {
    const box = this.#canvas.getBoundingClientRect();
    return {
      x: ((clientX - box.left) * this.#canvas.width) / box.width,
      y: ((clientY - box.top) * this.#canvas.height) / box.height,
    };
  }
}

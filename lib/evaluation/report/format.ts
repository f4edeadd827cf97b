/** A number for people: as many digits as tell it from its neighbours. */
export function shown(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(2);
}

/** How far ours is from the paper's, with its sign; nothing when the paper gives none. */
export function difference(paper: number | null, ours: number): string {
  if (paper === null) return '';
  const apart = Number((ours - paper).toFixed(2));
  return apart > 0 ? `+${shown(apart)}` : shown(apart).replace('-', '−');
}

/**
 * Signed distance from the point (x, y) to the edge of a figure: negative inside, positive outside.
 * Figures live in a plane with y pointing down and fit into the unit disc around the origin.
 */
export type Distance = (x: number, y: number) => number;

/** Corner of a polygon. */
export type Corner = readonly [x: number, y: number];

/** A disc around (centreX, centreY). */
export function disc(radius: number, centreX = 0, centreY = 0): Distance {
  return (x, y) => length(x - centreX, y - centreY) - radius;
}

/** An upright rectangle around the origin, given by half of its width and half of its height. */
export function box(halfWidth: number, halfHeight: number): Distance {
  return (x, y) => {
    const dx = Math.abs(x) - halfWidth;
    const dy = Math.abs(y) - halfHeight;
    return length(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0);
  };
}

/**
 * Any polygon that does not cross itself: the distance to the nearest edge, its sign by how often a
 * ray from the point crosses the outline.
 */
export function polygon(corners: readonly Corner[]): Distance {
  const edges = corners.map(([x, y], i) => {
    const [nextX, nextY] = corners[(i + 1) % corners.length] ?? [x, y];
    const alongX = nextX - x;
    const alongY = nextY - y;
    return { x, y, nextY, alongX, alongY, square: alongX * alongX + alongY * alongY };
  });
  return (x, y) => {
    let nearest = Number.POSITIVE_INFINITY;
    let inside = false;
    for (const edge of edges) {
      const fromX = x - edge.x;
      const fromY = y - edge.y;
      const dot = fromX * edge.alongX + fromY * edge.alongY;
      const part = Math.min(1, Math.max(0, dot / edge.square));
      const awayX = fromX - edge.alongX * part;
      const awayY = fromY - edge.alongY * part;
      nearest = Math.min(nearest, awayX * awayX + awayY * awayY);
      const crosses = edge.y > y !== edge.nextY > y;
      if (crosses && fromX < (edge.alongX * fromY) / edge.alongY) inside = !inside;
    }
    return inside ? -Math.sqrt(nearest) : Math.sqrt(nearest);
  };
}

/** What lies in any of the figures. */
export function union(...figures: readonly Distance[]): Distance {
  return (x, y) => {
    let nearest = Number.POSITIVE_INFINITY;
    for (const figure of figures) nearest = Math.min(nearest, figure(x, y));
    return nearest;
  };
}

/** What lies in the first figure and not in the second. */
export function without(figure: Distance, removed: Distance): Distance {
  return (x, y) => Math.max(figure(x, y), -removed(x, y));
}

/** The figure turned by the angle whose cosine and sine are given. */
export function turned(figure: Distance, cosine: number, sine: number): Distance {
  return (x, y) => figure(x * cosine + y * sine, y * cosine - x * sine);
}

function length(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

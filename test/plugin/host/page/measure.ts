/**
 * What can be measured of a page, so that a test need not compare pixels. Each answer names what is wrong, and is empty
 * when nothing is. Tests call these by `measure.ts` beside the host; they are `window.measure` in the page.
 */

interface Piece {
  /** One node may have several boxes: lines, or what an ellipsis hides. */
  readonly node: Node;
  readonly element: Element;
  readonly text: string;
  readonly box: DOMRect;
}

/** WCAG 2.2, 1.4.3: 4.5 for text, 3 for text of 18 pt, or 14 pt in bold. */
const CONTRAST = { text: 4.5, large: 3 } as const;
const LARGE_PX = 24;
const LARGE_BOLD_PX = 18.66;
/** Boxes of text are taller than its letters, and rounding moves them by a pixel. */
const TOUCHING_PX = 3;

/** Pieces of text that somebody can see, with their place in the window. */
function pieces(): Piece[] {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found: Piece[] = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.textContent?.trim() ?? '';
    if (element === null || text === '' || element.closest('script, style, noscript') || !isVisible(element))
      continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rectangle of range.getClientRects()) {
      const box = clipped(rectangle, element);
      if (box.width > 1 && box.height > 1) found.push({ node, element, text, box });
    }
  }
  return found;
}

const isVisible = (element: Element): boolean =>
  element.checkVisibility({ opacityProperty: true, visibilityProperty: true });

/** What is left of a box inside of those around it that cut off what does not fit. */
function clipped(box: DOMRect, element: Element): DOMRect {
  let { left, top, right, bottom } = box;
  for (
    let outer: Element | null = element;
    outer !== null && outer !== document.body;
    outer = outer.parentElement
  ) {
    const { overflowX, overflowY, clip } = getComputedStyle(outer);
    if (overflowX === 'visible' && overflowY === 'visible' && clip === 'auto') continue;
    const limits = outer.getBoundingClientRect();
    left = Math.max(left, limits.left);
    top = Math.max(top, limits.top);
    right = Math.min(right, limits.right);
    bottom = Math.min(bottom, limits.bottom);
  }
  return new DOMRect(left, top, Math.max(0, right - left), Math.max(0, bottom - top));
}

/** Text that lies upon other text. */
function overlaps(): string[] {
  const all = pieces();
  return all.flatMap((one, index) =>
    all.slice(index + 1).flatMap((other) => {
      const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      // Layers, such as an open list, hide what is under them.
      const sameLayer = layerOf(one.element) === layerOf(other.element);
      return sameLayer && one.node !== other.node && across > TOUCHING_PX && down > TOUCHING_PX
        ? [`"${one.text}" lies upon "${other.text}"`]
        : [];
    }),
  );
}

const layerOf = (element: Element): Element | null =>
  element.closest('#grafana-portal-container > *, [role="dialog"], [role="listbox"], [role="tooltip"]');

/** Text and controls that reach out of the window sideways, and text cut off without an ellipsis. */
function overflows(): string[] {
  const controls = [...document.querySelectorAll('button, input, select, textarea, a[href]')].filter(
    isVisible,
  );
  const out = [
    ...pieces().map(({ text, box }) => ({ text, box })),
    ...controls.map((element) => ({
      text: element.getAttribute('aria-label') ?? element.tagName.toLowerCase(),
      box: clipped(element.getBoundingClientRect(), element),
    })),
  ].filter(({ box }) => box.width > 1 && (box.right > window.innerWidth + 1 || box.left < -1));
  const cut = [...new Set(pieces().map(({ element }) => element))].filter((element) => {
    const { overflowX, textOverflow } = getComputedStyle(element);
    return (
      overflowX === 'hidden' &&
      textOverflow !== 'ellipsis' &&
      element.scrollWidth > element.clientWidth + 1 &&
      element.clientWidth > 1
    );
  });
  return [
    ...out.map(({ text }) => `"${text}" reaches out of the window`),
    ...cut.map((element) => `"${element.textContent?.trim()}" is cut off`),
  ];
}

type Colour = readonly [red: number, green: number, blue: number, alpha: number];

/** Any CSS colour as the browser paints it: `color-mix` and the like do not come as rgb(). */
function parsed(css: string): Colour {
  const canvas = document.createElement('canvas');
  canvas.width = 1;
  canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('no canvas');
  context.fillStyle = css;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha / 255];
}
const colours = new Map<string, Colour>();
function colourOf(css: string): Colour {
  const known = colours.get(css) ?? parsed(css);
  colours.set(css, known);
  return known;
}

const over = ([r, g, b, a]: Colour, [R, G, B]: Colour): Colour => [
  r * a + R * (1 - a),
  g * a + G * (1 - a),
  b * a + B * (1 - a),
  1,
];

/** The colour behind an element, over everything it stands on. */
function backgroundOf(element: Element | null): Colour {
  if (element === null) return [255, 255, 255, 1];
  const own = colourOf(getComputedStyle(element).backgroundColor);
  return own[3] === 1 ? own : over(own, backgroundOf(element.parentElement));
}

function opacityOf(element: Element | null): number {
  return element === null ? 1 : Number(getComputedStyle(element).opacity) * opacityOf(element.parentElement);
}

function luminance(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = colour
    .slice(0, 3)
    .map((value) => value / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: Colour, other: Colour): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Text whose contrast is less than WCAG AA wants. What is disabled is exempt there too. */
function lowContrast(): string[] {
  const seen = new Set<Element>();
  return pieces().flatMap(({ element, text }) => {
    if (seen.has(element) || element.closest(':disabled, [aria-disabled="true"]')) return [];
    seen.add(element);
    const { color, fontSize, fontWeight } = getComputedStyle(element);
    const background = backgroundOf(element);
    const [red, green, blue, alpha] = colourOf(color);
    const ratio = contrast(over([red, green, blue, alpha * opacityOf(element)], background), background);
    const size = Number.parseFloat(fontSize);
    const large = size >= LARGE_PX || (size >= LARGE_BOLD_PX && Number(fontWeight) >= 700);
    const wanted = large ? CONTRAST.large : CONTRAST.text;
    return ratio < wanted ? [`"${text}": ${ratio.toFixed(2)}, wanted ${wanted}`] : [];
  });
}

/** Fields, buttons and links that a screen reader cannot name. */
function nameless(): string[] {
  const named = (element: Element): boolean => {
    const labelledBy = (element.getAttribute('aria-labelledby') ?? '').split(' ').filter((id) => id !== '');
    const labels =
      element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element.labels : null;
    const name = [
      element.getAttribute('aria-label'),
      ...labelledBy.map((id) => document.getElementById(id)?.textContent),
      ...[...(labels ?? [])].map((label) => label.textContent),
      element.matches('button, a') ? element.textContent : null,
      ...[...element.querySelectorAll('title, img[alt]')].map(
        (inner) => inner.textContent || inner.getAttribute('alt'),
      ),
      element.getAttribute('title'),
    ];
    return name.some((part) => part?.trim());
  };
  return [...document.querySelectorAll('button, a[href], input:not([type=hidden]), textarea, select')]
    .filter((element) => isVisible(element) && !named(element))
    .map((element) => element.outerHTML.slice(0, 160));
}

export const measure = { overlaps, overflows, lowContrast, nameless };
export type Measure = typeof measure;

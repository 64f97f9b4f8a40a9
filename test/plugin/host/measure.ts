import type { Page } from 'playwright-core';

/**
 * What is wrong with how a page looks, each fault in words: text upon text, what reaches out of the window or is cut off,
 * contrast below WCAG AA, and controls without a name. See page/measure.ts.
 */
export async function faults(page: Page): Promise<string[]> {
  return page.evaluate<string[]>('Object.values(window.measure).flatMap((find) => find())');
}

/** Roles and names of what the Tab key reaches, in its order, until it comes round. */
export async function tabStops(page: Page, limit = 100): Promise<string[]> {
  const stops: string[] = [];
  for (let index = 0; index < limit; index += 1) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate<string | null>(FOCUSED);
    if (stop === null) break;
    stops.push(stop);
  }
  return stops;
}

/** The focused control in words; null at the end of the page, or where the focus has been before. */
const FOCUSED = `(() => {
  const element = document.activeElement;
  if (element === null || element === document.body || element.dataset.seen) return null;
  element.dataset.seen = 'yes';
  const labels = [...(element.labels ?? [])].map((label) => label.textContent);
  const by = (element.getAttribute('aria-labelledby') ?? '').split(' ')
    .map((id) => document.getElementById(id)?.textContent ?? '');
  const name = element.getAttribute('aria-label') ?? [...by, ...labels, element.textContent, element.placeholder]
    .find((text) => text?.trim()) ?? '';
  return (element.getAttribute('role') ?? element.tagName.toLowerCase()) + ' ' + name.trim();
})()`;

import type { Page } from '@playwright/test';

/** What a browser complains of, without what a Grafana without internet always says. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/public-dashboards|404|favicon/.test(message.text())) {
      complaints.push(message.text());
    }
  });
  return complaints;
}

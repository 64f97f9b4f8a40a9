import { defineConfig } from '@playwright/test';
import base from './playwright.config';

/** `npm run pictures`: what docs/dashboards.md and the README show, of the demo's data. */
export default defineConfig({
  ...base,
  projects: base.projects
    ?.filter(({ name }) => name !== 'viewer')
    .map((project) => (project.name === 'admin' ? { ...project, testMatch: /pictures\.ts$/ } : project)),
});

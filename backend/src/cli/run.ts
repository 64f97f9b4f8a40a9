import type { ApiClient } from './api-client.js';

/** Runs one command against the API and prints what it returns. */
export type Run = (command: (api: ApiClient, running: boolean) => Promise<string>) => Promise<void>;

/**
 * Makes the key that a data source needs. The same as the backend tells who comes without one: test/plugin-wire.test.ts of
 * the repository compares them, so this file imports nothing.
 */
export const CREATE_KEY_COMMAND = 'npm run -s tokenledger -- keys create --name grafana --scope grafana';

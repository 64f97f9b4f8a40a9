import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import grafanaConfig from './.config/eslint.config.mjs';

export default defineConfig([
  { ignores: ['.config/', 'dist/', 'node_modules/', 'compat-13/', 'playwright/'] },
  ...grafanaConfig,
  {
    files: ['e2e/**/*.ts'],
    languageOptions: { parserOptions: { project: './e2e/tsconfig.json' } },
  },
  {
    files: ['src/**/*.{ts,tsx}', 'e2e/**/*.ts'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-deprecated': 'error',
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-ignore': true, 'ts-expect-error': true, 'ts-nocheck': true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'no-alert': 'error',
      'no-console': 'error',
      'no-restricted-globals': [
        'error',
        { name: 'location', message: 'Use locationService of @grafana/runtime.' },
        { name: 'localStorage', message: 'Keep state in the URL, or in Grafana.' },
      ],
      'no-restricted-imports': [
        'error',
        { name: 'react/jsx-runtime', message: 'Grafana 12.2.0 does not share it.' },
        { name: 'react-dom/client', message: 'Grafana does not share it.' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
        { selector: 'ExportDefaultDeclaration', message: 'Use named exports.' },
        { selector: 'ExportAllDeclaration', message: 'Import from the file itself: no barrels.' },
      ],
    },
  },
  {
    // A table of cases, or of types, is one idea, however long.
    files: ['src/**/*.test.{ts,tsx}', 'src/api/wire.ts'],
    rules: { 'max-lines': 'off' },
  },
  prettier,
]);

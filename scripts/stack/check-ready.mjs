/** The health check of the backend's image, which has no curl: exit code 0 while `/readyz` answers 200. */
const port = process.env['PORT'] || '4318';
const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(4_000) }).catch(
  () => null,
);
if (!response?.ok) process.stderr.write(`not ready: ${response ? await response.text() : 'no answer'}\n`);
process.exit(response?.ok ? 0 : 1);

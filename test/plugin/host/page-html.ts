import type { GrafanaRole } from './identity.js';

export type Theme = 'light' | 'dark';

/** What Grafana 12.2.0 puts into its page, as far as its packages read it when they are loaded: before the bundle. */
export function pageHtml(theme: Theme, role: GrafanaRole): string {
  const bootData = {
    settings: {
      appSubUrl: '',
      buildInfo: { version: '12.2.0', env: 'production', edition: 'Open Source' },
      featureToggles: {},
      datasources: {},
      panels: {},
      apps: {},
    },
    user: {
      id: 2,
      login: 'ada',
      name: 'Ada Lovelace',
      orgId: 1,
      orgRole: role,
      lightTheme: theme === 'light',
      theme,
      timezone: 'utc',
      language: 'en-US',
      // Grafana sends Viewers away from Explore.
      permissions: { 'datasources:explore': role !== 'Viewer', 'datasources:query': true },
    },
    navTree: [],
  };
  return `<!doctype html>
<html lang="en-US" data-theme="${theme}">
<head>
  <meta charset="utf-8">
  <base href="/">
  <title>Tokenledger</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/host-page/main.css">
  <style>body { margin: 0 }</style>
</head>
<body class="theme-${theme}">
  <div id="reactRoot"></div>
  <script>
    window.grafanaBootData = ${JSON.stringify(bootData)};
    window.grafanaBootData.settings.appUrl = window.location.origin + '/';
    window.__grafana_public_path__ = '/public/';
  </script>
  <script src="/host-page/main.js"></script>
</body>
</html>`;
}

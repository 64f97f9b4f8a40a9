/**
 * The settings Grafana ships with, as environment variables: the same for `npm run stack`, `npm run e2e` and
 * docker-compose.yml (a test compares them).
 *
 * @param {object} places
 * @param {string} places.rootUrl as browsers see Grafana, with a slash at its end
 * @param {string} places.run the folder the start step made for Grafana
 * @param {string} places.provisioning
 * @param {string} places.plugins folder whose sub-folders are plugins
 * @returns {Record<string, string>}
 */
export function grafanaSettings({ rootUrl, run, provisioning, plugins }) {
  return {
    GF_SERVER_ROOT_URL: rootUrl,
    GF_PATHS_PROVISIONING: provisioning,
    GF_PATHS_PLUGINS: plugins,
    // Grafana's own home page asks the internet for news.
    GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: `${provisioning}/dashboards/overview.json`,
    // Not as $__file{…}: Grafana 12.2 takes that text itself for the key that it encrypts with, which everybody knows.
    GF_SECURITY_ADMIN_PASSWORD__FILE: `${run}/grafana-admin-password`,
    GF_SECURITY_SECRET_KEY__FILE: `${run}/grafana-secret-key`,
    GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS: 'tokenledger-app,tokenledger-datasource',
    ...CLOSED,
    ...OFFLINE,
  };
}

/**
 * Settings of the form `<NAME>__FILE` as `<NAME>` with the content of that file, as the start script of Grafana's image does it.
 *
 * @param {Record<string, string>} settings
 * @param {(path: string) => string} readText
 * @returns {Record<string, string>}
 */
export function withFilesRead(settings, readText) {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) =>
      name.endsWith('__FILE') ? [name.slice(0, -'__FILE'.length), readText(value).trim()] : [name, value],
    ),
  );
}

/** Every viewer of the team's organisation reads every customer's spend: nobody becomes one by accident. */
const CLOSED = {
  GF_USERS_ALLOW_SIGN_UP: 'false',
  GF_USERS_ALLOW_ORG_CREATE: 'false',
  // Who is made without an organisation would be put into the team's, as a viewer.
  GF_USERS_AUTO_ASSIGN_ORG_ROLE: 'None',
  GF_USERS_VIEWERS_CAN_EDIT: 'false',
  GF_AUTH_ANONYMOUS_ENABLED: 'false',
  GF_PUBLIC_DASHBOARDS_ENABLED: 'false',
  GF_SNAPSHOTS_ENABLED: 'false',
  GF_SNAPSHOTS_EXTERNAL_ENABLED: 'false',
};

/** Nothing leaves the machine: no usage report, no look for updates, no plugin from the catalogue, no picture of a user. */
const OFFLINE = {
  GF_ANALYTICS_REPORTING_ENABLED: 'false',
  GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
  GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
  GF_ANALYTICS_FEEDBACK_LINKS_ENABLED: 'false',
  GF_SECURITY_DISABLE_GRAVATAR: 'true',
  GF_NEWS_NEWS_FEED_ENABLED: 'false',
  GF_PLUGINS_PREINSTALL_DISABLED: 'true',
  GF_PLUGINS_PLUGIN_ADMIN_ENABLED: 'false',
  GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED: 'true',
};

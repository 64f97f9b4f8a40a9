/** Its uids are in every dashboard and alert rule. */
export const TOKENLEDGER = 'tokenledger';
export const TOKENLEDGER_SQL = 'tokenledger-sql';

/**
 * The provisioning file of Grafana's two data sources (JSON is YAML). It holds no secret, as Grafana reads them from their
 * files, and no variable: beside one that is unset Grafana starts without a word.
 *
 * @typedef {object} DataSourceOptions
 * @property {string} url of the backend, as Grafana's server reaches it
 * @property {string} keyFile GRAFANA_KEY, as Grafana's server finds it
 * @property {{ address: string, database: string, sslmode: string, passwordFile: string } | null} sql the reporting views;
 *   null: without
 * @property {boolean} [editable] in Grafana: only then is there a "Save & test"
 *
 * @param {DataSourceOptions} options
 * @returns {string}
 */
export function dataSourcesFile({ url, keyFile, sql, editable = false }) {
  const tokenledger = {
    name: 'Tokenledger',
    uid: TOKENLEDGER,
    type: 'tokenledger-datasource',
    access: 'proxy',
    url,
    isDefault: true,
    editable,
    jsonData: { httpHeaderName1: 'X-Tokenledger-Key' },
    secureJsonData: { httpHeaderValue1: `$__file{${keyFile}}` },
  };
  const datasources = sql === null ? [tokenledger] : [tokenledger, sqlSource(sql, editable)];
  // A source that is not wanted any more must not stay behind as a broken one.
  const deleteDatasources = sql === null ? [{ name: 'Tokenledger SQL', orgId: 1 }] : [];
  return `${JSON.stringify({ apiVersion: 1, deleteDatasources, datasources }, null, 2)}\n`;
}

/** @param {NonNullable<DataSourceOptions['sql']>} sql @param {boolean} editable */
const sqlSource = ({ address, database, sslmode, passwordFile }, editable) => ({
  name: 'Tokenledger SQL',
  uid: TOKENLEDGER_SQL,
  type: 'grafana-postgresql-datasource',
  access: 'proxy',
  url: address,
  user: 'tokenledger_reader',
  editable,
  jsonData: {
    database,
    sslmode,
    timescaledb: true,
    // Of the oldest server that may be there: it only chooses what the query editor offers.
    postgresVersion: 1500,
    // Twenty panels at once took 178 ms over four connections, and no less over a hundred.
    maxOpenConns: 4,
    maxIdleConns: 4,
    connMaxLifetime: 3600,
  },
  secureJsonData: { password: `$__file{${passwordFile}}` },
});

/** The dashboards' addresses, in the order in which one leads to the next. */
export const UID = {
  overview: 'tokenledger-overview',
  drivers: 'tokenledger-cost-drivers',
  usage: 'tokenledger-usage',
  organisation: 'tokenledger-organisation',
  requests: 'tokenledger-requests',
  health: 'tokenledger-health',
} as const;

/** A link on a value of a panel. */
export interface ValueLink {
  readonly title: string;
  readonly url: string;
}

/** Time, data source and ad-hoc filters go along. */
const CARRIED = '${__url_time_range}&${datasource:queryparam}&${filters:queryparam}';

/** From a panel to a dashboard. */
export const dashboardLink = (title: string, uid: string): ValueLink => ({
  title,
  url: `/d/${uid}?${CARRIED}`,
});

/** From an organisation's name, in a cell of its column, to its dashboard. */
export const organisationLink: ValueLink = {
  title: 'Everything about ${__value.raw}',
  url: `/d/${UID.organisation}?var-org=\${__value.raw:percentencode}&${CARRIED}`,
};

/** The same from a bar or line of an organisation. */
export const organisationSeriesLink: ValueLink = {
  title: 'Everything about ${__field.labels.org_id}',
  url: `/d/${UID.organisation}?var-org=\${__field.labels.org_id:percentencode}&${CARRIED}`,
};

/** From a call in a table to its request, on the same dashboard or on the app's page. */
export const requestLink: ValueLink = {
  title: 'Show the request here',
  url: `/d/${UID.requests}?var-trace=\${__data.fields.trace_id}&\${__url_time_range}&\${datasource:queryparam}&\${org:queryparam}&\${filters:queryparam}`,
};

export const conversationLink: ValueLink = {
  title: 'Calls of this conversation',
  url: `/d/${UID.requests}?var-conversation=\${__value.raw:percentencode}&\${__url_time_range}&\${datasource:queryparam}&\${org:queryparam}`,
};

/** To the app's home page, which has the command for everything that is pending. */
export const homeLink: ValueLink = {
  title: 'What resolves it',
  url: '/a/tokenledger-app/home?${datasource:queryparam}',
};

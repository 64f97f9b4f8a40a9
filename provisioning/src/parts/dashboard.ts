import {
  AdHocVariableBuilder,
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  VariableHide,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { UID } from './links.js';
import { changes } from './query.js';
import { TOKENLEDGER, tokenledgerVariable } from './sources.js';

/** Short, as all of them stand in one line above the panels. */
const TITLES: ReadonlyArray<readonly [uid: string, title: string, link: string]> = [
  [UID.overview, 'Overview', 'Overview'],
  [UID.drivers, 'Cost drivers', 'Drivers'],
  [UID.usage, 'Usage and quality', 'Usage'],
  [UID.organisation, 'One organisation', 'Organisation'],
  [UID.requests, 'Requests and conversations', 'Requests'],
  [UID.health, 'Ledger health', 'Health'],
];

interface Facts {
  readonly uid: string;
  /** One or two sentences: the question it answers. */
  readonly description: string;
  readonly from: string;
}

/**
 * What all dashboards share: UTC days (those of the ledger, the same for every reader), filters for every panel, annotations of
 * what changed, and links to the others that take time and filters along.
 */
export function createDashboard({ uid, description, from }: Facts): DashboardBuilder {
  const title = TITLES.find(([known]) => known === uid)?.[1] ?? uid;
  const dashboard = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['tokenledger'])
    .time({ from, to: 'now' })
    .timezone('utc')
    .weekStart('monday')
    .refresh('1m')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(tokenledgerVariable());
  for (const [other, , name] of TITLES.filter(([known]) => known !== uid))
    dashboard.link(toDashboard(other, name));
  return dashboard;
}

const toDashboard = (uid: string, title: string): DashboardLinkBuilder =>
  new DashboardLinkBuilder(title)
    .type(DashboardLinkType.Link)
    .url(`/d/${uid}`)
    .includeVars(true)
    .keepTime(true)
    .icon('dashboard')
    .tooltip(TITLES.find(([known]) => known === uid)?.[1] ?? title);

/** Filters by any dimension, applied to every panel that asks the Tokenledger data source. */
export const filtersVariable = (): AdHocVariableBuilder =>
  new AdHocVariableBuilder('filters').label('Filters').datasource(TOKENLEDGER).hide(VariableHide.HideLabel);

/** Prices that changed, calls that got their cost later, closed days that were restated. */
export const changesAnnotation = (): AnnotationQueryBuilder =>
  new AnnotationQueryBuilder()
    .name('Changes')
    .datasource(TOKENLEDGER)
    .enable(true)
    .iconColor('orange')
    .target(changes({ refId: 'Changes' }));

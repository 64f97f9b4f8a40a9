import type { DataLink, DataLinkClickEvent } from '@grafana/data';
import { pathsFor, type LinkParams } from '../../links/paths';
import { DIMENSIONS, type Dimension, type Filter, type Interval } from '../../api/wire';
import { NONE, OTHER } from '../none';
import type { TokenledgerQuery } from '../query';
import { intervalEnd } from '../time/edges';
import type { Period } from '../time/period';
import type { Zone } from '../time/zone';

/** The data source that the pages of a link shall ask, and whether the reader may follow links to Explore. */
export interface LinkSource {
  readonly uid: string;
  readonly name: string;
  readonly mayExplore: boolean;
}

/** What a cost is about. */
export interface Selection {
  readonly period: Period;
  readonly zone: Zone;
  readonly interval: Interval | null;
  readonly filters: readonly Filter[];
  readonly groupBy: readonly Dimension[];
}

type Values = Partial<Record<Dimension, string[]>>;

/** Whose cost it is. */
export interface LinkedGroup {
  /** Of a series; null in a table, where each row tells its own. */
  readonly labels: Partial<Record<Dimension, string>> | null;
  /** It is, or may be, the sum of the rest. */
  readonly isRest: boolean;
}

/**
 * From a cost to its calls, the dearest first, and to those that are missing in it: of the interval that was clicked, and of the
 * series or table row. An address cannot hold every filter (not `!=` nor expressions), nor that a call is of the rest. Then more
 * calls are listed than are missing; a list of more calls than the cost is of would not add up to it, so there is none.
 */
export const costLinks =
  (source: LinkSource, selection: Selection) =>
  ({ labels, isRest }: LinkedGroup): DataLink[] => {
    const pending = linkToCalls('Pending calls', { status: 'pending' }, source, selection, labels);
    return !isRest && isHeld(selection.filters)
      ? [linkToCalls('Calls', { orderBy: 'cost_usd' }, source, selection, labels), pending]
      : [pending];
  };

function linkToCalls(
  title: string,
  params: LinkParams,
  source: LinkSource,
  selection: Selection,
  labels: LinkedGroup['labels'],
): DataLink {
  const urlOf = (period: Period, row: Values): string =>
    pathsFor(source.uid).calls({
      from: String(period.from),
      to: String(period.to),
      ...params,
      ...filterValues(selection.filters),
      ...row,
    });
  const ofSeries = listed(labels ?? {});
  return {
    title,
    // For those who do not build addresses (snapshots, for example).
    url: urlOf(selection.period, ofSeries),
    onBuildUrl: ({ replaceVariables }: DataLinkClickEvent) => {
      const valueOf = (macro: string): string => replaceVariables?.(`\${${macro}}`) ?? '';
      const row = labels ? ofSeries : listed(rowLabels(selection.groupBy, valueOf));
      return urlOf(clickedPeriod(selection, Number(valueOf('__value.time'))), row);
    },
  };
}

function clickedPeriod({ interval, zone, period }: Selection, start: number): Period {
  // A reduced value (of a stat, say) has no time of its own: then it is about all of it.
  if (interval === null || !(start > 0)) return period;
  return { from: Math.max(start, period.from), to: intervalEnd(interval, zone, start, period.to) };
}

function rowLabels(groupBy: readonly Dimension[], valueOf: (macro: string) => string) {
  const labels = groupBy.map((dimension) => [dimension, valueOf(`__data.fields.${dimension}`)] as const);
  // The row of the rest is of no group; a text that Grafana left as it is has no value.
  return labels.every(([, value]) => value === OTHER) || labels.some(([, value]) => value.startsWith('${'))
    ? {}
    : Object.fromEntries(labels);
}

/** How an address says that a call has no value: `model=`. */
const NOT_SET = [''];

const listed = (labels: Partial<Record<Dimension, string>>): Values =>
  Object.fromEntries(
    DIMENSIONS.flatMap((name) => {
      const label = labels[name];
      return label === undefined ? [] : [[name, label === NONE ? NOT_SET : [label]]];
    }),
  );

const isListed = ({ operator }: Filter): boolean =>
  operator === '=' || operator === 'in' || operator === 'is null';

/** An address has one list of values for a dimension. */
const isHeld = (filters: readonly Filter[]): boolean =>
  filters.every(isListed) && new Set(filters.map(({ dimension }) => dimension)).size === filters.length;

const filterValues = (filters: readonly Filter[]): Values =>
  Object.fromEntries(
    filters
      .filter(isListed)
      .map(({ dimension, operator, values }) => [dimension, operator === 'is null' ? NOT_SET : values]),
  );

/** To the page of a row's request, which every viewer may open. */
export const requestLink = (source: LinkSource): DataLink => ({
  title: 'Show the request',
  url: '',
  onBuildUrl: ({ replaceVariables }) =>
    pathsFor(source.uid).trace(
      replaceVariables?.('${__data.fields.trace_id}') ?? '',
      told(replaceVariables?.('${__data.fields.span_id}')),
    ),
});

/** From a trace id to the request's page, and to Explore only for those who may go there. */
export function traceLinks(source: LinkSource): DataLink[] {
  const page = requestLink(source);
  const query: Partial<TokenledgerQuery> = {
    refId: 'A',
    queryType: 'trace',
    version: 1,
    chain: 'request',
    id: '${__value.raw}',
  };
  const explore: DataLink = {
    title: 'Open in Explore',
    url: '',
    internal: { datasourceUid: source.uid, datasourceName: source.name, query },
  };
  return source.mayExplore ? [page, explore] : [page];
}

/** From a span of a request to what it costs and why. */
export const spanLinks = (source: LinkSource, traceId: string): DataLink[] => [
  {
    title: 'Show what it costs',
    url: pathsFor(source.uid).trace(traceId),
    onBuildUrl: ({ replaceVariables }) =>
      pathsFor(source.uid).trace(traceId, told(replaceVariables?.('${__value.raw}'))),
  },
];

export function conversationLinks(source: LinkSource): DataLink[] {
  return [
    {
      title: 'Show the conversation',
      url: '',
      onBuildUrl: ({ replaceVariables }) =>
        pathsFor(source.uid).conversation(
          replaceVariables?.('${__value.raw}') ?? '',
          told(replaceVariables?.('${__data.fields.org_id}')),
        ),
    },
  ];
}

const told = (text: string | undefined): string | undefined =>
  text === undefined || text === '' || text.startsWith('${') ? undefined : text;

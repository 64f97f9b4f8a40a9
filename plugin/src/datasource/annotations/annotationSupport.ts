import type { AnnotationSupport } from '@grafana/data';
import { AnnotationQueryEditor } from '../editor/AnnotationQueryEditor';
import { DEFAULTS, type AnnotationsQuery, type TokenledgerQuery } from '../query';

/** Grafana makes annotations of the frame by itself; a new annotation shows every kind of event. */
export const annotationSupport: AnnotationSupport<TokenledgerQuery> = {
  QueryEditor: AnnotationQueryEditor,
  getDefaultQuery: () => DEFAULTS.annotations,
  // Read by migrateQuery when it is asked: an error here would break the dashboard, one of the query is shown.
  prepareQuery: ({ target }) =>
    ({ ...DEFAULTS.annotations, refId: 'Anno', ...target, queryType: 'annotations' }) as AnnotationsQuery,
};

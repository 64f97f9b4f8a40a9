import type { AnnotationSupport } from '@grafana/data';
import { AnnotationQueryEditor } from '../editor/AnnotationQueryEditor';
import { migrateQuery } from '../migrate';
import { DEFAULTS, type TokenledgerQuery } from '../query';

/** Grafana makes annotations of the frame by itself; a new annotation shows every kind of event. */
export const annotationSupport: AnnotationSupport<TokenledgerQuery> = {
  QueryEditor: AnnotationQueryEditor,
  getDefaultQuery: () => DEFAULTS.annotations,
  prepareQuery: ({ target }) => migrateQuery({ refId: 'Anno', ...target, queryType: 'annotations' }),
};

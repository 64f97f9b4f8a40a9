import type { TimeRange } from '@grafana/data';
import type { Api } from '../../api/client';

/** What the controls of one kind of query work with. */
export interface FieldsProps<Query> {
  api: Pick<Api, 'dimensionValues'>;
  query: Query;
  /** What known values are counted over. */
  range: TimeRange | undefined;
  onChange: (change: Partial<Query>) => void;
}

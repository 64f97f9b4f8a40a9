import { createDataFrame, FieldType, textUtil, type DataFrame } from '@grafana/data';
import type { Annotations } from '../../api/wire';

type Annotation = Annotations['annotations'][number];

/**
 * In the fields that Grafana makes annotations of; it complains on every load where `time` or `text` is missing. It draws
 * title and text as HTML, and both may hold names that senders chose.
 */
export function annotationsFrame(refId: string, annotations: readonly Annotation[]): DataFrame {
  const field = (name: string, type: FieldType, value: (annotation: Annotation) => unknown) => ({
    name,
    type,
    values: annotations.map(value),
    config: {},
  });
  return createDataFrame({
    refId,
    fields: [
      field('time', FieldType.time, ({ time }) => Date.parse(time)),
      field('timeEnd', FieldType.time, ({ time_end: end }) => (end === null ? null : Date.parse(end))),
      field('title', FieldType.string, ({ title }) => textUtil.escapeHtml(title)),
      field('text', FieldType.string, ({ text }) => textUtil.escapeHtml(text).replaceAll('\n', '<br>')),
      field('tags', FieldType.other, ({ tags }) => tags),
      field('id', FieldType.string, ({ id }) => id),
    ],
  });
}

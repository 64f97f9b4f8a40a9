import type { DataFrame } from '@grafana/data';

/** A frame as the reader of a table sees it: a name and the values of each column. */
export const columnsOf = (frame: DataFrame): Record<string, unknown[]> =>
  Object.fromEntries(frame.fields.map(({ name, values }) => [name, [...values]]));

/** A frame with a time and a value as days of the month and values. */
export const pointsOf = (frame: DataFrame): Array<[string, unknown]> =>
  frame.fields[0].values.map((time: number, index: number) => [
    new Date(time).toISOString().slice(5, 10),
    frame.fields[1].values[index],
  ]);

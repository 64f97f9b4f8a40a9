import type { TemplateSrv } from '@grafana/runtime';

type Format = string | ((value: unknown, variable: { name: string }) => string);

/** Stands for Grafana's template variables: those of the page's address, several values as Grafana's glob by default. */
export function createTemplateSrv(variables: Readonly<Record<string, string[]>>): TemplateSrv {
  const pattern = /\$(\w+)|\$\{(\w+)(?::(\w+))?\}/g;
  const service: Partial<TemplateSrv> = {
    getVariables: () => [],
    containsTemplate: (text) => text !== undefined && new RegExp(pattern).test(text),
    replace: (text = '', _scopedVars, format?: Format) =>
      text.replace(pattern, (whole, plain?: string, braced?: string, ownFormat?: string) => {
        const name = plain ?? braced ?? '';
        const values = variables[name];
        return values === undefined ? whole : formatted(values, ownFormat ?? format ?? 'glob', name);
      }),
    updateTimeRange: () => {},
  };
  return service as TemplateSrv;
}

function formatted(values: string[], format: Format, name: string): string {
  const [only = ''] = values;
  if (typeof format === 'function') {
    return format(values.length === 1 ? only : values, { name });
  }
  if (format === 'json') {
    return JSON.stringify(values);
  }
  if (format === 'csv') {
    return values.join(',');
  }
  return values.length === 1 ? only : `{${values.join(',')}}`;
}

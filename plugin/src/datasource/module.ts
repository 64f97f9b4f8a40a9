import { DataSourcePlugin } from '@grafana/data';
import { ConfigEditor } from './config/ConfigEditor';
import { TokenledgerDataSource } from './datasource';
import { QueryEditor } from './editor/QueryEditor';
import { QueryHelp } from './QueryHelp';
import type { TokenledgerOptions, TokenledgerQuery, TokenledgerSecureOptions } from './query';

export const plugin = new DataSourcePlugin<
  TokenledgerDataSource,
  TokenledgerQuery,
  TokenledgerOptions,
  TokenledgerSecureOptions
>(TokenledgerDataSource)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor)
  .setQueryEditorHelp(QueryHelp);

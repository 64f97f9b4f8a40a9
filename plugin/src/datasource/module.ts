import { DataSourcePlugin } from '@grafana/data';
import { TokenledgerDataSource } from './datasource';

export const plugin = new DataSourcePlugin(TokenledgerDataSource);

import { expect, test } from '@grafana/plugin-e2e';
import { ADMIN, ask, createUser } from './grafana';
import { askSql, SQL } from './sql';

/** Set where the backend has a port for the reporting views. */
const ADDRESS = process.env.TOKENLEDGER_SQL_ADDRESS;
test('the data sources are those that ship', async () => {
  const { body: sources } = await ask<Array<{ uid: string; type: string; isDefault: boolean }>>(
    '/api/datasources',
    {
      as: ADMIN,
    },
  );
  const shipped = sources.filter(({ uid }) => uid.startsWith('tokenledger'));
  expect(shipped.map(({ uid, type, isDefault }) => [uid, type, isDefault])).toEqual([
    ['tokenledger', 'tokenledger-datasource', true],
    ...(ADDRESS ? [[SQL.uid, SQL.type, false]] : []),
  ]);
});

test('a viewer reads the reporting views by SQL, as the reader and nobody else', async () => {
  test.skip(!ADDRESS, 'the backend has no port for the reporting views');
  const viewer = await createUser('sql-viewer', 'Viewer');
  const rows = (rawSql: string) => askSql(rawSql, viewer);
  expect(await rows('select current_user::text')).toMatchObject({
    status: 200,
    values: [['tokenledger_reader']],
  });
  expect((await rows('select * from public.usage_events limit 1')).error).toBeTruthy();
});

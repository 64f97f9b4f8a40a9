import { spawn } from 'node:child_process';
import { once } from 'node:events';
import sql from 'sql-template-tag';
import { createServerDatabase, silentLogger } from '../../../test/support/database.js';
import { fakeStep, gate, until } from '../../../test/support/fake-steps.js';
import type { Db } from '../db/db.js';
import { migrate } from '../db/migrate.js';
import { MIGRATIONS } from '../db/migration-files.js';
import { openServer } from '../db/open-server.js';
import { createPipeline, type Pipeline } from './pipeline.js';
import type { Step } from './step.js';
import { PIPELINE_LOCK_KEY } from './store.js';

const server = process.env.TEST_DATABASE_URL;
if (!server) process.stderr.write('SKIPPED: replicas on one TimescaleDB server (set TEST_DATABASE_URL)\n');

(server ? describe : describe.skip)('two replicas on one database', () => {
  let database: { url: string; drop(): Promise<void> };
  let dbs: [Db, Db];
  let log: string[];
  const open: Pipeline[] = [];
  beforeAll(async () => {
    database = await createServerDatabase(server ?? '');
    const connect = () => openServer({ databaseUrl: database.url, logger: silentLogger });
    dbs = [await connect(), await connect()];
    await migrate(dbs[0], MIGRATIONS, silentLogger);
  });
  beforeEach(() => {
    log = [];
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((pipeline) => pipeline.stop()));
    await dbs[0].query(sql`truncate job_runs`);
  });
  afterAll(async () => {
    await Promise.all(dbs.map((db) => db.close()));
    await database.drop();
  });

  const replica = (index: 0 | 1, minute: Step[], patienceMs?: number): Pipeline => {
    const steps = { minute, night: [] };
    const pipeline = createPipeline({ db: dbs[index], steps, blocks: {}, logger: silentLogger, patienceMs });
    open.push(pipeline);
    return pipeline;
  };
  const outcomes = async (pipeline: Pipeline) =>
    (await pipeline.run('minute', { forced: false }))?.map(({ outcome }) => outcome) ?? null;
  const endLockHolder = () =>
    dbs[1].query(sql`
      select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())`);

  it('never run a step at the same time', async () => {
    let running = 0;
    let most = 0;
    const step = () =>
      fakeStep('settle', log, async () => {
        most = Math.max(most, (running += 1));
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
        return null;
      });
    const both = [replica(0, [step(), step()]), replica(1, [step(), step()])];
    for (let round = 0; round < 5; round += 1) {
      expect(await Promise.all(both.map(outcomes))).toEqual([
        ['idle', 'idle'],
        ['idle', 'idle'],
      ]);
    }
    expect(log).toHaveLength(20);
    expect(most).toBe(1);
  });

  it('one gives up while the other runs', async () => {
    const held = gate();
    const busy = outcomes(replica(0, [fakeStep('close', log, () => held.passed.then(() => null))]));
    await until(() => log.length === 1);
    expect(await outcomes(replica(1, [fakeStep('settle', log)], 300))).toBeNull();
    expect(log).toEqual(['close']);
    held.open();
    expect(await busy).toEqual(['idle']);
  });

  it('a process that is killed while it holds the lock is replaced by the one that waits', async () => {
    const holder = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import pg from 'pg';
         const client = new pg.Client(process.argv[1]);
         await client.connect();
         await client.query('select pg_advisory_lock(${PIPELINE_LOCK_KEY})');
         await client.query("insert into job_runs (job) values ('retire')");
         process.stdout.write('holds');
         setInterval(() => {}, 1000);`,
        database.url,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(holder.stdout, 'data');
    expect(await outcomes(replica(0, [fakeStep('settle', log)], 200))).toBeNull();
    const waiting = outcomes(replica(1, [fakeStep('settle', log)], 60_000));
    holder.kill('SIGKILL');
    expect(await waiting).toEqual(['done']);
    const { rows } = await dbs[0].query(sql`select job, outcome from job_runs order by id`);
    expect(rows).toEqual([
      { job: 'retire', outcome: 'failed' },
      { job: 'settle', outcome: 'done' },
    ]);
  });

  it('a holder whose connection ended stops by itself; the other takes over and marks its run', async () => {
    let aborted = false;
    const held = gate();
    const first = replica(0, [
      fakeStep('close', log, async ({ signal }) => {
        signal.addEventListener('abort', () => (aborted = true));
        await held.passed;
        return { days: 1 };
      }),
      fakeStep('compress', log),
    ]);
    const run = outcomes(first);
    await until(() => log.length === 1);
    await endLockHolder();
    await until(() => aborted);
    expect(await outcomes(replica(1, [fakeStep('settle', log)]))).toEqual(['done']);
    held.open();
    expect(await run).toEqual(['done', 'blocked']);
    const { rows } = await dbs[0].query(sql`select job, outcome from job_runs order by id`);
    expect(rows).toEqual([
      { job: 'close', outcome: 'failed' },
      { job: 'settle', outcome: 'done' },
    ]);
    // And the lock is free again for both.
    expect(await outcomes(first)).toEqual(['done', 'done']);
  });
});

import sql from 'sql-template-tag';
import { openTestDb, silentLogger, truncateAll } from '../../../test/support/database.js';
import { fakeStep, gate, until } from '../../../test/support/fake-steps.js';
import type { Db } from '../db/db.js';
import { createPipeline, type Pipeline, type PipelineDeps } from './pipeline.js';
import type { Step } from './step.js';
import { StepRefusal } from './step-failure.js';

let db: Db;
let log: string[];
const open: Pipeline[] = [];
beforeAll(async () => {
  db = await openTestDb();
});
beforeEach(() => {
  log = [];
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((pipeline) => pipeline.stop()));
  await truncateAll(db);
});
afterAll(() => db.close());

const pipelineOf = (minute: Step[], more: Partial<PipelineDeps> = {}): Pipeline => {
  const pipeline = createPipeline({
    db,
    steps: { minute, night: [] },
    blocks: {},
    logger: silentLogger,
    ...more,
  });
  open.push(pipeline);
  return pipeline;
};
const outcomes = async (pipeline: Pipeline, name = 'minute', forced = false) =>
  (await pipeline.run(name, { forced }))?.map(({ job, outcome }) => `${job} ${outcome}`) ?? null;
const rows = async () =>
  (await db.query(sql`select job, outcome, error, detail from job_runs order by id`)).rows as {
    job: string;
    outcome: string;
    error: string | null;
    detail: unknown;
  }[];
const fail = (error: Error) => () => Promise.reject(error);

describe('a run of the pipeline', () => {
  it('runs its steps in order and records what each did', async () => {
    const pipeline = pipelineOf([fakeStep('settle', log, () => ({ calls: 12 })), fakeStep('refresh', log)]);
    expect(await outcomes(pipeline)).toEqual(['settle done', 'refresh done']);
    expect(log).toEqual(['settle', 'refresh']);
    expect(await rows()).toEqual([
      { job: 'settle', outcome: 'done', error: null, detail: { calls: 12 } },
      { job: 'refresh', outcome: 'done', error: null, detail: { done: 1 } },
    ]);
    const { rows: ended } = await db.query(sql`select 1 from job_runs where finished_at >= started_at`);
    expect(ended).toHaveLength(2);
  });

  it('a failed step stops the steps that need it, and what needs those, and nothing else', async () => {
    const pipeline = pipelineOf(
      [
        fakeStep('settle', log, fail(new Error('no'))),
        fakeStep('re-price', log),
        fakeStep('refresh', log, fail(new Error('no'))),
        fakeStep('check', log),
        fakeStep('report', log),
        fakeStep('upkeep', log),
      ],
      { blocks: { refresh: ['check'], check: ['report'] } },
    );
    expect(await outcomes(pipeline)).toEqual([
      'settle failed',
      're-price done',
      'refresh failed',
      'check blocked',
      'report blocked',
      'upkeep done',
    ]);
    expect(log).toEqual(['settle', 're-price', 'refresh', 'upkeep']);
    expect((await rows()).map(({ job }) => job)).toEqual(['settle', 're-price', 'refresh', 'upkeep']);
  });

  it('a failed step is recorded without its internals, and tried again by the next run', async () => {
    let broken = true;
    const bug = Object.assign(new Error('relation "s3cret" does not exist'), { code: '42P01' });
    const pipeline = pipelineOf([
      fakeStep('settle', log, () => (broken ? Promise.reject(bug) : { calls: 1 })),
    ]);
    expect(await outcomes(pipeline)).toEqual(['settle failed']);
    broken = false;
    expect(await outcomes(pipeline)).toEqual(['settle done']);
    const [failed, done] = await rows();
    expect(failed).toMatchObject({ outcome: 'failed', detail: null });
    expect(failed?.error).toContain('42P01');
    expect(failed?.error).not.toContain('s3cret');
    expect(done).toMatchObject({ outcome: 'done', error: null, detail: { calls: 1 } });
  });

  it('tells the operator what a step tells him', async () => {
    const pipeline = pipelineOf([
      fakeStep('retire', log, fail(new StepRefusal('the clock jumped: use --force'))),
    ]);
    const [run] = (await pipeline.run('retire', { forced: false })) ?? [];
    expect(run?.error).toBe('the clock jumped: use --force');
  });

  it('keeps one row of the runs that found nothing to do, and every other row', async () => {
    let work: { calls: number } | null = { calls: 7 };
    const pipeline = pipelineOf([fakeStep('settle', log, () => work), fakeStep('check', log, () => null)]);
    await outcomes(pipeline);
    work = null;
    for (let minute = 0; minute < 5; minute += 1) {
      expect(await outcomes(pipeline)).toEqual(['settle idle', 'check idle']);
    }
    const kept = await rows();
    expect(kept.map(({ job, detail }) => [job, detail])).toEqual([
      ['settle', { calls: 7 }],
      ['settle', null],
      ['check', null],
    ]);
    // The rows kept are the newest: a last success of five minutes ago would look like a standstill.
    const { rows: ids } = await db.query<{ id: string }>(
      sql`select max(id)::text as id from job_runs group by job order by 1`,
    );
    expect(ids.map(({ id }) => Number(id))).toEqual([11, 12]);
  });

  it('marks runs of a process that died as failed, and runs their steps', async () => {
    await db.query(sql`insert into job_runs (job) values ('settle'), ('retire')`);
    expect(await outcomes(pipelineOf([fakeStep('settle', log)]))).toEqual(['settle done']);
    expect((await rows()).map(({ job, outcome }) => [job, outcome])).toEqual([
      ['settle', 'failed'],
      ['retire', 'failed'],
      ['settle', 'done'],
    ]);
  });
});

describe('a run by hand', () => {
  it('runs one step, and only it, and tells it that it is forced', async () => {
    const forced: boolean[] = [];
    const step = fakeStep('close', log, (context) => {
      forced.push(context.forced);
      return null;
    });
    const pipeline = pipelineOf([fakeStep('settle', log)], {
      steps: { minute: [fakeStep('settle', log)], night: [step] },
    });
    expect(await outcomes(pipeline, 'close', true)).toEqual(['close idle']);
    expect(await outcomes(pipeline, 'night')).toEqual(['close idle']);
    expect(forced).toEqual([true, false]);
    expect(log).toEqual(['close', 'close']);
  });

  it('refuses a name that is none', async () => {
    const pipeline = pipelineOf([fakeStep('settle', log)]);
    await expect(pipeline.run('setle', { forced: false })).rejects.toThrow(RangeError);
  });

  it('gives up when another run does not end, and waits for one that does', async () => {
    const held = gate();
    const pipeline = pipelineOf([fakeStep('settle', log, () => held.passed.then(() => null))], {
      patienceMs: 300,
    });
    pipeline.now();
    await until(() => log.length === 1);
    expect(await outcomes(pipeline)).toBeNull();
    const patient = outcomes(pipeline);
    held.open();
    expect(await patient).toEqual(['settle idle']);
    expect(log).toEqual(['settle', 'settle']);
  });

  it.each(['by hand', 'by the clock'])('many at once %s never run two steps at once', async (how) => {
    let running = 0;
    let most = 0;
    const step = fakeStep('settle', log, async () => {
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      return null;
    });
    const pipeline = pipelineOf([step], { steps: { minute: [step], night: [step] } });
    if (how === 'by hand') await Promise.all([1, 2, 3, 4, 5].map(() => outcomes(pipeline)));
    else {
      for (let i = 0; i < 5; i += 1) {
        pipeline.now();
        pipeline.night();
      }
      await until(() => log.length >= 4);
    }
    expect(most).toBe(1);
  });
});

describe('stopping', () => {
  it('aborts the step under way, waits for it, and runs neither the next step nor another run', async () => {
    let ended = false;
    const long = fakeStep('settle', log, async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      await new Promise((resolve) => setTimeout(resolve, 50));
      ended = true;
      return { days: 1 };
    });
    const pipeline = pipelineOf([long, fakeStep('refresh', log)]);
    const run = outcomes(pipeline);
    await until(() => log.length === 1);
    await pipeline.stop();
    expect(ended).toBe(true);
    expect(await run).toEqual(['settle done', 'refresh blocked']);
    pipeline.now();
    expect(await outcomes(pipeline)).toBeNull();
    expect(log).toEqual(['settle']);
    expect((await rows()).map(({ outcome }) => outcome)).toEqual(['done']);
  });
});

it('a database that goes away in the middle of a step is caught up with by itself', async () => {
  let away = false;
  const refused = () => Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }));
  const flaky: Db = {
    ...db,
    query: (statement) => (away ? refused() : db.query(statement)),
    withConnection: (work) => (away ? refused() : db.withConnection(work)),
  };
  const goesAway = fakeStep('settle', log, () => (away ? refused() : { calls: 1 }));
  const pipeline = pipelineOf(
    [
      fakeStep('first', log, () => {
        away = true;
        return { calls: 1 };
      }),
      goesAway,
    ],
    { db: flaky },
  );
  expect(await outcomes(pipeline)).toEqual(['first failed', 'settle failed']);
  await expect(outcomes(pipeline)).rejects.toThrow('gone');
  expect((await rows()).map(({ job, outcome }) => [job, outcome])).toEqual([['first', 'running']]);
  away = false;
  expect(await outcomes(pipeline, 'settle')).toEqual(['settle done']);
  expect((await rows()).map(({ job, outcome }) => [job, outcome])).toEqual([
    ['first', 'failed'],
    ['settle', 'done'],
  ]);
});

import { Command } from 'commander';
import type { ApiClient } from './api-client.js';
import { addJobCommands } from './job-commands.js';

/** Runs one command line against an API that answers `answer`; returns what it prints and what it asked. */
async function tokenledger(line: string, answer: unknown, running = true) {
  const asked: unknown[] = [];
  let printed = '';
  const api = {
    get: (path: string) => (asked.push(['GET', path]), Promise.resolve(answer)),
    post: (path: string, body: unknown) => (asked.push(['POST', path, body]), Promise.resolve(answer)),
  } as unknown as ApiClient;
  const program = new Command().exitOverride();
  addJobCommands(program, async (command) => {
    printed = await command(api, running);
  });
  await program.parseAsync(line.split(' '), { from: 'user' });
  return { asked, printed };
}

const run = (outcome: string, more: object = {}) => ({
  runs: [{ job: 'settle', outcome, duration_ms: 1234, error: null, detail: { calls: 4 }, ...more }],
});

it('runs a job, forced when told so', async () => {
  const { asked, printed } = await tokenledger('jobs run settle --force', run('done'));
  expect(asked).toEqual([['POST', '/api/v1/jobs/settle/run', { force: true }]]);
  expect(printed).toMatch(/settle +done +1\.2 s +calls 4/);
});

it('fails when the job failed, so that a script sees it', async () => {
  const failed = run('failed', { error: 'what to do', detail: null });
  await expect(tokenledger('jobs run settle', failed)).rejects.toThrow(/settle +failed +1\.2 s +what to do/);
});

it('lists jobs that never ran, and promises no next run while no server runs', async () => {
  const jobs = [
    {
      name: 'close',
      pipeline: 'night',
      last_run: null,
      last_success_at: null,
      next_run_at: '2026-11-22T22:07:00.000Z',
    },
  ];
  const answer = { jobs, backlog: { pending_calls: 3 } };
  const { printed } = await tokenledger('jobs list', answer);
  expect(printed).toMatch(/close +at night +- +- +- +- +2026-11-22T22:07:00.000Z +-/);
  expect(printed).toMatch(/pending calls +3/);
  expect((await tokenledger('jobs list', answer, false)).printed).toContain('no server runs');
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findGrafana } from '../scripts/find-grafana.mjs';
import { jestCounts, playwrightCounts, summary } from '../scripts/test-counts.mjs';

const report = {
  numPassedTests: 7,
  numFailedTests: 1,
  numPendingTests: 2,
  numTodoTests: 1,
  numRuntimeErrorTestSuites: 0,
};

describe('what the parts of npm test say', () => {
  it("is read from jest's report", () => {
    expect(jestCounts(report)).toEqual({ passed: 7, failed: 1, skipped: 3 });
  });
  it('counts a file that cannot be loaded as failed', () => {
    expect(jestCounts({ ...report, numRuntimeErrorTestSuites: 2 }).failed).toBe(3);
  });
  it("is read from playwright's last lines, and only from them", () => {
    const output = [
      'Running 9 tests using 1 worker',
      '  ✓  1 home.spec.ts:3:1 › 4 passed tests are told (2.1s)',
      '  1 failed',
      '    [chromium] › home.spec.ts:9:1 › says 3 skipped ──',
      '  1 flaky',
      '    [chromium] › calls.spec.ts:9:1 › table ──',
      '  2 skipped',
      '  1 did not run',
      '  4 passed (1.2m)',
      '',
    ].join('\n');
    expect(playwrightCounts(output)).toEqual({ passed: 4, failed: 3, skipped: 2 });
  });
  it('is nothing when playwright told nothing', () => {
    expect(playwrightCounts('Error: no Grafana answers\n')).toBeNull();
  });
  it('is added up in the line that CI reads', () => {
    const parts = [
      { passed: 7, failed: 1, skipped: 0 },
      { passed: 30, failed: 0, skipped: 2 },
    ];
    expect(summary(parts)).toBe('37 passed, 1 failed, 2 skipped');
  });
});

describe('findGrafana', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'grafana-home-'));
    mkdirSync(join(home, 'bin'));
  });
  afterEach(() => rmSync(home, { recursive: true }));
  const putBinary = () => writeFileSync(join(home, 'bin', 'grafana'), '');

  it('takes GRAFANA_HOME', () => {
    putBinary();
    expect(findGrafana({ GRAFANA_HOME: home, PATH: '' })).toEqual({
      binary: join(home, 'bin', 'grafana'),
      home,
    });
  });
  it('takes the one on the PATH', () => {
    putBinary();
    expect(findGrafana({ PATH: `/nonexistent:${join(home, 'bin')}` })?.home).toBe(home);
  });
  it('complains about a GRAFANA_HOME without Grafana, rather than to skip', () => {
    expect(() => findGrafana({ GRAFANA_HOME: home, PATH: '' })).toThrow('bin/grafana is not there');
  });
  it('finds none where there is none', () => {
    expect(findGrafana({ PATH: '/nonexistent' })).toBeNull();
  });
});

import { jestCounts, endToEndCounts, summary } from '../scripts/test-counts.mjs';

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
    expect(endToEndCounts(output)).toEqual({ passed: 4, failed: 3, skipped: 2 });
  });
  it('is one skipped where there is no Grafana', () => {
    const output = 'NOT RUN: no test in a real Grafana.\n0 passed, 0 failed, 1 skipped\n';
    expect(endToEndCounts(output)).toEqual({ passed: 0, failed: 0, skipped: 1 });
  });
  it('is nothing when playwright told nothing', () => {
    expect(endToEndCounts('Error: no Grafana answers\n')).toBeNull();
  });
  it('is added up in the line that CI reads', () => {
    const parts = [
      { passed: 7, failed: 1, skipped: 0 },
      { passed: 30, failed: 0, skipped: 2 },
    ];
    expect(summary(parts)).toBe('37 passed, 1 failed, 2 skipped');
  });
});

// Adds up what the runners say. Kept apart from test.mjs, which acts when it is run.

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/**
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   numRuntimeErrorTestSuites: number }} report What jest writes with --json.
 * @returns {Counts}
 */
export function jestCounts(report) {
  return {
    passed: report.numPassedTests,
    // A file that cannot be loaded holds no test that could be counted, and must not look like none.
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/**
 * @param {string} output Playwright's, with any reporter that ends in lines such as "  3 failed" and "  12 passed (1.2m)",
 *   or the line of `summary` where Playwright was not started.
 * @returns {Counts | null} null when it has neither: then nothing ran.
 */
export function endToEndCounts(output) {
  const lines = [...output.matchAll(/^ {2}(\d+) (passed|failed|skipped|flaky|interrupted|did not run)\b/gm)];
  const sum = (/** @type {string[]} */ ...states) =>
    lines.reduce((total, [, count, state]) => total + (states.includes(state ?? '') ? Number(count) : 0), 0);
  if (lines.length > 0) {
    return {
      passed: sum('passed'),
      // One that passed at the second try failed at the first.
      failed: sum('failed', 'flaky', 'interrupted', 'did not run'),
      skipped: sum('skipped'),
    };
  }
  const plain = /^(\d+) passed, (\d+) failed, (\d+) skipped$/m.exec(output);
  return plain && { passed: Number(plain[1]), failed: Number(plain[2]), skipped: Number(plain[3]) };
}

/** @param {Counts[]} parts @returns {string} */
export function summary(parts) {
  const total = (/** @type {keyof Counts} */ key) => parts.reduce((sum, counts) => sum + counts[key], 0);
  return `${total('passed')} passed, ${total('failed')} failed, ${total('skipped')} skipped`;
}

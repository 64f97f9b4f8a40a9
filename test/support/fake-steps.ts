import type { Step, StepContext, StepDetail } from '../../backend/src/jobs/step.js';

/** A step that does what `run` says and notes each of its runs in `log`. */
export const fakeStep = (
  name: string,
  log: string[],
  run: (context: StepContext) => StepDetail | null | Promise<StepDetail | null> = () => ({ done: 1 }),
): Step => ({
  name,
  async run(context) {
    log.push(name);
    return run(context);
  },
});

/** A promise and how to end it. */
export function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

/** Resolves once `condition` holds; the test's own timeout is the limit. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}

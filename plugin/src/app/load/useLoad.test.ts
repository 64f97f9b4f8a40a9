import { act, renderHook } from '@testing-library/react';
import { defer, Subject, throwError, type Observable } from 'rxjs';
import { useLoad } from './useLoad';

it('keeps the last answer while it asks again, and when that fails', () => {
  const answers: Array<Subject<string>> = [];
  const source = defer(() => {
    const answer = new Subject<string>();
    answers.push(answer);
    return answer;
  });
  const { result, rerender } = renderHook(({ tick }) => useLoad(source, tick), { initialProps: { tick: 0 } });
  expect(result.current.value).toBeUndefined();
  act(() => answers[0].next('first'));
  rerender({ tick: 1 });
  expect(result.current).toMatchObject({ value: 'first', stale: false });
  act(() => answers[1].error(new Error('away')));
  expect(result.current).toMatchObject({ value: 'first', stale: false, error: new Error('away') });
  rerender({ tick: 2 });
  act(() => answers[2].next('second'));
  expect(result.current).toMatchObject({ value: 'second', error: undefined });
});

it('marks the answer to another question as stale, and cancels its request', () => {
  const [a, b] = [new Subject<string>(), new Subject<string>()];
  const { result, rerender } = renderHook(({ source }) => useLoad(source), { initialProps: { source: a } });
  act(() => a.next('of a'));
  rerender({ source: b });
  expect(result.current).toMatchObject({ value: 'of a', stale: true });
  expect(a.observed).toBe(false);
  act(() => b.next('of b'));
  expect(result.current).toMatchObject({ value: 'of b', stale: false });
});

it('forgets the error of another question', () => {
  const failing: Observable<string> = throwError(() => new Error('no'));
  const { result, rerender } = renderHook(({ source }) => useLoad(source), {
    initialProps: { source: failing },
  });
  expect(result.current.error).toEqual(new Error('no'));
  rerender({ source: new Subject<string>() });
  expect(result.current.error).toBeUndefined();
});

import { act, renderHook } from '@testing-library/react';
import { useTick } from './useTick';

let seen = true;

beforeEach(() => {
  jest.useFakeTimers();
  seen = true;
  Object.defineProperty(document, 'visibilityState', {
    configurable: true,
    get: () => (seen ? 'visible' : 'hidden'),
  });
});
afterEach(() => jest.useRealTimers());

const wait = (ms: number) => act(() => jest.advanceTimersByTime(ms));
const changeVisibility = (visible: boolean) =>
  act(() => {
    seen = visible;
    document.dispatchEvent(new Event('visibilitychange'));
  });

it('beats while the page is seen', () => {
  const { result } = renderHook(() => useTick(30_000));
  wait(90_000);
  expect(result.current.count).toBe(3);
});

it('pauses while the page is hidden and beats at once when it comes back', () => {
  const { result } = renderHook(() => useTick(30_000));
  changeVisibility(false);
  wait(300_000);
  expect(result.current.count).toBe(0);
  changeVisibility(true);
  expect(result.current.count).toBe(1);
});

it('does not beat for a short look away', () => {
  const { result } = renderHook(() => useTick(30_000));
  wait(1000);
  changeVisibility(false);
  changeVisibility(true);
  expect(result.current.count).toBe(0);
});

it('ends with its component', () => {
  const { unmount } = renderHook(() => useTick(30_000));
  unmount();
  expect(jest.getTimerCount()).toBe(0);
});

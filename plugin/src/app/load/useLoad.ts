import { useCallback, useEffect, useState } from 'react';
import type { Observable } from 'rxjs';

export interface Loaded<T> {
  /** The last answer; stays while it is refreshed, and when that fails. */
  value: T | undefined;
  error: unknown;
  /** `value` belongs to another question than the one asked now. */
  stale: boolean;
  reload: () => void;
}

interface State<T> {
  source: Observable<T> | undefined;
  value?: T;
  /** What `value` is the answer to. */
  answered?: Observable<T>;
  error?: unknown;
}

/**
 * Asks `source`, and again with every new `tick`. A new source (make it with useMemo) is a new question: the request for
 * the old one is cancelled, and its answer is kept as stale until the new one is here.
 */
export function useLoad<T>(source: Observable<T>, tick = 0): Loaded<T> {
  const [state, setState] = useState<State<T>>({ source: undefined });
  const [again, setAgain] = useState(0);
  const reload = useCallback(() => setAgain((count) => count + 1), []);

  useEffect(() => {
    const running = source.subscribe({
      next: (value) => setState({ source, value, answered: source }),
      error: (error: unknown) =>
        setState((before) => ({ source, value: before.value, answered: before.answered, error })),
    });
    return () => running.unsubscribe();
  }, [source, tick, again]);

  return {
    value: state.value,
    error: state.source === source ? state.error : undefined,
    stale: state.answered !== source,
    reload,
  };
}

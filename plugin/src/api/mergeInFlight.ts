import { defer, finalize, ReplaySubject, share, type Observable } from 'rxjs';

/**
 * Twenty panels of a dashboard often ask the same: while a request is under way, others like it wait for its answer.
 * The last one who unsubscribes aborts it. An answer is never kept: the next to ask gets a new one.
 */
export function mergeInFlight(): <T>(key: string, start: () => Observable<T>) => Observable<T> {
  const inFlight = new Map<string, Observable<unknown>>();
  return <T>(key: string, start: () => Observable<T>) =>
    defer(() => {
      const running = inFlight.get(key);
      // A key names one endpoint and its input, so it always gives the same type.
      if (running) return running as Observable<T>;
      const started = defer(start).pipe(
        finalize(() => inFlight.delete(key)),
        share({ connector: () => new ReplaySubject<T>(1) }),
      );
      inFlight.set(key, started);
      return started;
    });
}

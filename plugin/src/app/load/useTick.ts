import { useEffect, useState } from 'react';

export interface Tick {
  /** Rises with every beat; 0 at first. */
  count: number;
  /** Unix ms of the last beat, for ages. */
  now: number;
}

/** Beats every `everyMs` while the page is seen, and at once when it is seen again after longer than that. */
export function useTick(everyMs: number): Tick {
  const [tick, setTick] = useState<Tick>(() => ({ count: 0, now: Date.now() }));

  useEffect(() => {
    let last = Date.now();
    const beat = () => {
      last = Date.now();
      setTick(({ count }) => ({ count: count + 1, now: last }));
    };
    const isSeen = () => document.visibilityState === 'visible';
    const timer = setInterval(() => isSeen() && beat(), everyMs);
    const onSeen = () => isSeen() && Date.now() - last >= everyMs && beat();
    document.addEventListener('visibilitychange', onSeen);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onSeen);
    };
  }, [everyMs]);

  return tick;
}

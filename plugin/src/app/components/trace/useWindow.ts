import { useCallback, useLayoutEffect, useRef, useState } from 'react';

/** Rows drawn beyond what is seen, so that nothing is blank while scrolling. */
const MARGIN = 20;

interface Window {
  /** For the box; the types of React 18 and 19 name it differently. */
  box: { readonly current: HTMLDivElement | null };
  first: number;
  /** Exclusive. */
  end: number;
  onScroll: () => void;
  /** Scrolls as little as needed for the row to be seen. */
  reveal: (index: number) => void;
}

/** Which rows of equal height a scrolling box has to draw. */
export function useWindow(count: number, rowHeight: number): Window {
  const box = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 0 });
  const onScroll = useCallback(() => {
    if (box.current) {
      setSeen({ top: box.current.scrollTop, height: box.current.clientHeight });
    }
  }, []);
  useLayoutEffect(onScroll, [onScroll, count]);

  const reveal = useCallback(
    (index: number) => {
      const element = box.current;
      if (!element) {
        return;
      }
      const top = index * rowHeight;
      const bottom = top + rowHeight - element.clientHeight;
      element.scrollTop = Math.min(top, Math.max(bottom, element.scrollTop));
      onScroll();
    },
    [rowHeight, onScroll],
  );

  const first = Math.max(0, Math.floor(seen.top / rowHeight) - MARGIN);
  const end = Math.min(count, Math.ceil((seen.top + seen.height) / rowHeight) + MARGIN);
  return { box, first, end, onScroll, reveal };
}

import React, { useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { useWindow } from './useWindow';
import { parentIndex, visibleRows, type WaterfallRow } from './waterfall';
import { ROW_SPACING, WaterfallLine } from './WaterfallLine';

interface Props {
  label: string;
  rows: readonly WaterfallRow[];
  selectedKey: string | undefined;
  onSelect: (row: WaterfallRow) => void;
}

/**
 * The steps of a request under each other with their time, model and cost. A tree for the keyboard: up and down move,
 * right and left open, close and go to the child or the parent, Enter selects. Draws only what is seen.
 */
export function Waterfall({ label, rows, selectedKey, onSelect }: Props) {
  const theme = useTheme2();
  const styles = useStyles2(getStyles);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const shown = useMemo(() => visibleRows(rows, closed), [rows, closed]);
  const rowHeight = theme.spacing.gridSize * ROW_SPACING;
  const { box, first, end, onScroll, reveal } = useWindow(shown.length, rowHeight);

  const indexOf = (key: string | undefined) => shown.findIndex((row) => row.key === key);
  const [activeKey, setActiveKey] = useState(selectedKey);
  // The one row that Tab stops at.
  const active = Math.max(0, indexOf(activeKey));
  const takesFocus = useRef(false);

  useRevealOnce(() => reveal(indexOf(selectedKey)), indexOf(selectedKey) > 0);
  useLayoutEffect(() => {
    if (takesFocus.current) {
      takesFocus.current = false;
      reveal(active);
      box.current?.querySelector<HTMLElement>(`[data-index="${active}"]`)?.focus({ preventScroll: true });
    }
  });

  const goTo = (index: number) => {
    const row = shown[Math.min(Math.max(index, 0), shown.length - 1)];
    takesFocus.current = true;
    setActiveKey(row.key);
  };
  const toggle = ({ key }: WaterfallRow) => {
    const next = new Set(closed);
    if (!next.delete(key)) {
      next.add(key);
    }
    setClosed(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // Alt and left is the browser's way back.
    if (event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const move = keyMove(event.key, { shown, active, closed });
    if (move === null) {
      return;
    }
    event.preventDefault();
    if (move === 'toggle') {
      toggle(shown[active]);
    } else {
      goTo(move);
    }
  };

  const drawn = indexesBetween(first, end, active);
  return (
    <div
      ref={box}
      className={styles.box}
      role="tree"
      aria-label={label}
      tabIndex={-1}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div className={styles.rows} style={{ height: theme.spacing(shown.length * ROW_SPACING) }}>
        {drawn.map((index) => {
          const row = shown[index];
          return (
            <WaterfallLine
              key={row.key}
              row={row}
              index={index}
              isClosed={closed.has(row.key)}
              isSelected={row.key === selectedKey}
              isActive={index === active}
              onToggle={() => toggle(row)}
              onSelect={() => {
                setActiveKey(row.key);
                onSelect(row);
              }}
            />
          );
        })}
      </div>
    </div>
  );
}

/** A link to a span shows it; later the reader scrolls himself. */
function useRevealOnce(reveal: () => void, isReady: boolean) {
  const done = useRef(false);
  useEffect(() => {
    if (isReady && !done.current) {
      done.current = true;
      reveal();
    }
  });
}

interface Place {
  shown: readonly WaterfallRow[];
  active: number;
  closed: ReadonlySet<string>;
}

/** Where a key leads: another row, the row's own opening or closing, or nowhere. */
export function keyMove(key: string, { shown, active, closed }: Place): number | 'toggle' | null {
  const row = shown[active];
  if (!row) {
    return null;
  }
  const isOpen = row.hasChildren && !closed.has(row.key);
  switch (key) {
    case 'ArrowDown':
      return active + 1;
    case 'ArrowUp':
      return active - 1;
    case 'Home':
      return 0;
    case 'End':
      return shown.length - 1;
    case 'ArrowRight':
      return isOpen ? active + 1 : row.hasChildren ? 'toggle' : null;
    case 'ArrowLeft': {
      const parent = parentIndex(shown, active);
      return isOpen ? 'toggle' : parent === -1 ? null : parent;
    }
    default:
      return null;
  }
}

/** The row with the focus stays, wherever one scrolls to. */
function indexesBetween(first: number, end: number, active: number): number[] {
  const indexes = Array.from({ length: Math.max(0, end - first) }, (_, offset) => first + offset);
  return active >= first && active < end ? indexes : [...indexes, active];
}

const getStyles = (theme: GrafanaTheme2) => ({
  box: css({
    containerType: 'inline-size',
    maxHeight: '65vh',
    overflowY: 'auto',
    overflowX: 'hidden',
    border: `${theme.spacing(0.125)} solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
    background: theme.colors.background.primary,
  }),
  rows: css({ position: 'relative' }),
});

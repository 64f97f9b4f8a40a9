const DAY_MS = 86_400_000;

/** Unix ms. */
export interface ClockReadings {
  /** The database's clock. */
  readonly database: number;
  /** The start of the newest stored event; null: there is none. */
  readonly newest: number | null;
  /** "Now" of the last closing; null: there was none. */
  readonly last: number | null;
}

/**
 * The time that closing goes by. Closing cannot be undone, so a clock that jumped ahead must not decide alone: no later
 * than the newest event, and a day a run at most. An operator who forces it answers for the database's clock.
 * @returns null when nothing is stored that could be closed
 */
export function guardedNow({ database, newest, last }: ClockReadings, forced: boolean): number | null {
  if (newest === null) return null;
  if (forced) return database;
  const measured = Math.min(database, newest);
  return last === null ? measured : Math.min(measured, last + DAY_MS);
}
